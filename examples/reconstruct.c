/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reconstructs a dataset by libplica: twenty epochs, with the loss of each.
 *
 *     cc reconstruct.c -o reconstruct $(pkg-config --cflags --libs plica)
 *     ./reconstruct scan.npz reconstruction.npz
 */
#include <stdio.h>

#include <plica/reconstruct.h>

static int show(void *context, const struct plica_progress *progress)
{
	(void)context;
	(void)printf("epoch %ld: loss %g\n", progress->epoch, progress->loss);
	return 0;
}

static enum plica_status reconstruct(const char *input, const char *output, struct plica_error *err)
{
	const struct plica_reconstruct_hooks hooks = {.progress = show};
	struct plica_settings settings;
	struct plica_dataset *dataset = NULL;
	struct plica_product *product = NULL;
	enum plica_status status = plica_settings_init(&settings, "LSQML", err);

	settings.num_epochs = 20;
	if (status == PLICA_OK)
		status = plica_dataset_load(&dataset, input, err);
	if (status == PLICA_OK)
		status = plica_reconstruct(&product, dataset, &settings, &hooks, err);
	if (status == PLICA_OK)
		status = plica_product_save(product, output, err);
	plica_product_free(product);
	plica_dataset_free(dataset);
	return status;
}

int main(int argc, char **argv)
{
	struct plica_error err = {{0}};

	if (argc != 3) {
		(void)fprintf(stderr, "usage: %s DATASET.npz RECONSTRUCTION.npz\n", argv[0]);
		return 2;
	}
	if (reconstruct(argv[1], argv[2], &err) != PLICA_OK) {
		(void)fprintf(stderr, "%s: %s\n", argv[0], err.text);
		return 1;
	}
	return 0;
}
