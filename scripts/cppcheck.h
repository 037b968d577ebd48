/* SPDX-License-Identifier: BSD-3-Clause */
/* What cppcheck, which reads no system headers, has to know: the loops of jansson, and one of the
 * variants that the vector kernels are compiled as. */
#define json_object_foreach(object, key, value) while (next_member(object, &(key), &(value)))
#define json_array_foreach(array, index, value) for ((index) = 0; item(array, index, &(value)); (index)++)
#define PLICA_KERNELS_VARIANT sse2
#define PLICA_KERNELS_LANES 4
