/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "plica/study.h"

/* The parts that templates share, in the order of a design. */
#define SETTINGS                                                                                   \
	"\n"                                                                                       \
	"# Positions of a group are chosen among so many nearest ones; at least gridsize "         \
	"squared.\n"                                                                               \
	"neighbor_count: 7\n"                                                                      \
	"patch_size_pixels: 128\n"                                                                 \
	"\n"                                                                                       \
	"# Cut at half of the scan along this axis; 'full' is the whole scan, for the baseline\n"  \
	"# alone: leave it out for fewer jobs.\n"                                                  \
	"splits: [train, test, full]\n"                                                            \
	"train_test_split_axis: y\n"                                                               \
	"\n"                                                                                       \
	"seeds: {simulation: 42, grouping: 123, subsampling: 456}\n"                               \
	"\n"                                                                                       \
	"metrics:\n"                                                                               \
	"  ms_ssim_sigma: 1.0        # px\n"                                                       \
	"  emphasize_phase: true\n"                                                                \
	"  report_amplitude: true\n"                                                               \
	"  frc_threshold: 0.5\n"                                                                   \
	"\n"

#define ENGINE                                                                                     \
	"reconstruction:\n"                                                                        \
	"  algorithm: LSQML\n"                                                                     \
	"  num_epochs: 100\n"                                                                      \
	"  noise_model: gaussian     # ML: or poisson\n"                                           \
	"  batch_size: 96            # leave it out for ML\n"                                      \
	"  initial_object: flat      # or dataset: starts from objectGuess, in synthetic data "    \
	"the\n"                                                                                    \
	"                            # truth, and so measures nothing\n"                           \
	"  options: {}               # further settings: plica reconstruct --show-settings\n"      \
	"\n"

#define DATA                                                                                       \
	"backend: native             # or ptychi: the pty-chi library, through its own program\n"  \
	"environment: []             # variables that jobs are to see: NAME, or NAME=value\n"      \
	"\n"                                                                                       \
	"# What 'plica study generate' makes: the same object, probe and positions for all "       \
	"doses.\n"                                                                                 \
	"data:\n"                                                                                  \
	"  specimen: cells           # siemens, lines, or an NPZ file with objectGuess\n"          \
	"  probe: zone-plate         # disc, gaussian, or an NPZ file with probeGuess\n"           \
	"  scan: raster              # or fermat\n"                                                \
	"  count: 484                # positions\n"                                                \
	"  step_px: 12\n"                                                                          \
	"  jitter: 0.2               # of a step\n"                                                \
	"  noise: independent        # or paired: lower doses are thinnings of the highest one\n"  \
	"  dose_mode: per-frame      # or equal-fluence, for views with a scan of their own: "     \
	"the\n"                                                                                    \
	"                            # baseline's photons per object area\n"                       \
	"\n"

#define ROOTS                                                                                      \
	"# Folders, relative to this file.\n"                                                      \
	"roots:\n"                                                                                 \
	"  phase_c_root: phase_c\n"                                                                \
	"  phase_d_root: phase_d\n"                                                                \
	"  artifact_root: reconstructions\n"

#define VIEWS                                                                                      \
	"# Gridsize 1 for the baseline, the largest one for the other views: groups of its "       \
	"square.\n"                                                                                \
	"gridsizes: [1, 2]\n"                                                                      \
	"\n"                                                                                       \
	"# The baseline is every position. Another view keeps groups of positions whose centres "  \
	"are\n"                                                                                    \
	"# at least (1 - overlap) x patch size apart; or say 'spacing', in pixels. Or "            \
	"'fraction':\n"                                                                            \
	"# a seeded share of the images (with 'groups': so many groups of them); or\n"             \
	"# 'scan_overlap': a scan of its own, of that linear overlap, over the same object.\n"     \
	"views:\n"                                                                                 \
	"  - {name: baseline}\n"

#define COMMON SETTINGS ENGINE DATA ROOTS

static const char reference[] =
	"# A study of dose and overlap: 3 doses x (3 + 2 + 2) data sets = 21 reconstructions.\n"
	"name: fly64-dose-overlap\n"
	"\n"
	"# Expected photons per exposure.\n"
	"doses: [1e3, 1e4, 1e5]\n"
	"\n" VIEWS "  - {name: dense, overlap: 0.7}     # 38.4 px\n"
	"  - {name: sparse, overlap: 0.2}    # 102.4 px\n" COMMON;

static const char sweep[] = "# One dose, and overlap from high to low.\n"
			    "name: overlap-sweep\n"
			    "\n"
			    "# Expected photons per exposure.\n"
			    "doses: [1e5]\n"
			    "\n" VIEWS "  - {name: f80, overlap: 0.8}       # 25.6 px\n"
			    "  - {name: f70, overlap: 0.7}\n"
			    "  - {name: f60, overlap: 0.6}\n"
			    "  - {name: f50, overlap: 0.5}\n"
			    "  - {name: f40, overlap: 0.4}\n"
			    "  - {name: f30, overlap: 0.3}\n"
			    "  - {name: f20, overlap: 0.2}       # 102.4 px\n" COMMON;

/* One design an engine, so that each has its own settings and results; the data are shared. */
static const char algorithms[] =
	"# Engines compared on the same data. This design is LSQML's; those of the others follow "
	"from "
	"it,\n"
	"# with results of their own ('batch_size' is not ML's):\n"
	"#\n"
	"#   sed 's/LSQML/rPIE/' algorithms.yaml > rPIE.yaml\n"
	"#   sed 's/LSQML/ML/; /batch_size/d' algorithms.yaml > ML.yaml\n"
	"#   plica study generate algorithms.yaml\n"
	"#   for design in algorithms rPIE ML; do plica study run $design.yaml; done\n"
	"#   plica study compare ML.yaml --reference-root results-LSQML\n"
	"name: algorithms\n"
	"\n"
	"# Expected photons per exposure.\n"
	"doses: [1e3, 1e5]\n"
	"gridsizes: [1]\n"
	"\n"
	"# Every position.\n"
	"views:\n"
	"  - {name: baseline}\n" SETTINGS "reconstruction:\n"
	"  algorithm: LSQML\n"
	"  num_epochs: 100\n"
	"  batch_size: 96\n"
	"  initial_object: flat\n"
	"  options: {}               # further settings: plica reconstruct --show-settings\n"
	"\n" DATA "# Folders, relative to this file.\n"
	"roots:\n"
	"  phase_c_root: phase_c\n"
	"  phase_d_root: phase_d\n"
	"  artifact_root: results-LSQML\n";

static const char *const names[] = {"fly64-dose-overlap", "overlap-sweep", "algorithms", NULL};
static const char *const texts[] = {reference, sweep, algorithms};

const char *const *plica_design_templates(void)
{
	return names;
}

const char *plica_design_template(const char *name)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return texts[i];
	return NULL;
}
