/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/colormap.h"

#include <math.h>
#include <string.h>

#include "format/image.h"

#define DEGREE (M_PI / 180.0)

/* A colour in OKLCh: perceived lightness in [0, 1], chroma, hue. */
struct oklch {
	double lightness;
	double chroma;
	double hue_rad;
};

/*
 * Amplitude: from night blue through purple, red and orange to pale yellow. Lightness rises
 * linearly; the chroma's arch keeps the colours inside sRGB and, with the turn of the hue,
 * makes the length of a step in OKLab the same to 10 % along the map.
 */
static struct oklch amplitude_colour(double value)
{
	return (struct oklch){
		.lightness = 0.13 + 0.84 * value,
		.chroma = 0.04 + 0.13 * sin(M_PI * value),
		.hue_rad = (275.0 + 185.0 * value) * DEGREE,
	};
}

/* Phase: once around the hues, at the lightness at which sRGB holds the widest full circle. */
static struct oklch phase_colour(double value)
{
	return (struct oklch){
		.lightness = 0.75,
		.chroma = 0.125,
		.hue_rad = 2.0 * M_PI * value,
	};
}

static uint8_t srgb_byte(double linear)
{
	double encoded =
		linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1.0 / 2.4) - 0.055;

	return (uint8_t)lround(255.0 * fmin(fmax(encoded, 0.0), 1.0));
}

/* OKLab to linear sRGB: B. Ottosson, "A perceptual color space for image processing" (2020). */
static void oklch_to_srgb(uint8_t rgb[3], const struct oklch *colour)
{
	double a = colour->chroma * cos(colour->hue_rad);
	double b = colour->chroma * sin(colour->hue_rad);
	double l = pow(colour->lightness + 0.3963377774 * a + 0.2158037573 * b, 3.0);
	double m = pow(colour->lightness - 0.1055613458 * a - 0.0638541728 * b, 3.0);
	double s = pow(colour->lightness - 0.0894841775 * a - 1.2914855480 * b, 3.0);

	rgb[0] = srgb_byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
	rgb[1] = srgb_byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
	rgb[2] = srgb_byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
}

static void colour_of(uint8_t rgb[3], enum plica_colormap map, double value)
{
	struct oklch colour;

	if (map == PLICA_COLORMAP_GRAY) {
		memset(rgb, (int)lround(255.0 * value), 3);
		return;
	}
	colour = map == PLICA_COLORMAP_PHASE ? phase_colour(value) : amplitude_colour(value);
	oklch_to_srgb(rgb, &colour);
}

/* The phase map is a circle: its last step leads back to the first. */
static double steps_of(enum plica_colormap map)
{
	return map == PLICA_COLORMAP_PHASE ? PLICA_COLORMAP_STEPS : PLICA_COLORMAP_STEPS - 1;
}

void plica_colormap_fill(struct plica_colormap_table *table, enum plica_colormap map)
{
	table->map = map;
	for (int i = 0; i < PLICA_COLORMAP_STEPS; i++)
		colour_of(table->rgb[i], map, i / steps_of(map));
}

int plica_colormap_index(enum plica_colormap map, double value)
{
	long index;

	if (isnan(value))
		return -1;
	index = lround(fmin(fmax(value, 0.0), 1.0) * steps_of(map));
	return (int)(index % PLICA_COLORMAP_STEPS);
}

void plica_colormap_pixel(uint8_t rgb[3], enum plica_colormap map, double value)
{
	int index = plica_colormap_index(map, value);

	if (index < 0)
		memset(rgb, PLICA_COLORMAP_NAN, 3);
	else
		colour_of(rgb, map, index / steps_of(map));
}
