/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of the figures; their values come from measure.c. */
#include "plica/compare.h"

struct name {
	const char *key;
	const char *label;
	const char *unit;
};

static const struct name names[PLICA_METRIC_COUNT] = {
	[PLICA_METRIC_NRMSE] = {"nrmse", "complex NRMSE", ""},
	[PLICA_METRIC_PHASE_RMSE] = {"phase_rmse", "phase RMSE", "rad"},
	[PLICA_METRIC_AMPLITUDE_RMSE] = {"amplitude_rmse", "amplitude RMSE", ""},
	[PLICA_METRIC_PHASE_MAE] = {"phase_mae", "phase MAE", "rad"},
	[PLICA_METRIC_AMPLITUDE_MAE] = {"amplitude_mae", "amplitude MAE", ""},
	[PLICA_METRIC_PHASE_MSE] = {"phase_mse", "phase MSE", "rad^2"},
	[PLICA_METRIC_AMPLITUDE_MSE] = {"amplitude_mse", "amplitude MSE", ""},
	[PLICA_METRIC_PHASE_PSNR] = {"phase_psnr", "phase PSNR", "dB"},
	[PLICA_METRIC_AMPLITUDE_PSNR] = {"amplitude_psnr", "amplitude PSNR", "dB"},
	[PLICA_METRIC_PHASE_SSIM] = {"phase_ssim", "phase SSIM", ""},
	[PLICA_METRIC_AMPLITUDE_SSIM] = {"amplitude_ssim", "amplitude SSIM", ""},
	[PLICA_METRIC_PHASE_MSSSIM] = {"phase_ms_ssim", "phase MS-SSIM", ""},
	[PLICA_METRIC_AMPLITUDE_MSSSIM] = {"amplitude_ms_ssim", "amplitude MS-SSIM", ""},
	[PLICA_METRIC_FRC_HALF] = {"frc_0_5", "FRC crossing of 0.5", "of Nyquist"},
	[PLICA_METRIC_FRC_SEVENTH] = {"frc_1_7", "FRC crossing of 1/7", "of Nyquist"},
	[PLICA_METRIC_FRC_ONE_BIT] = {"frc_one_bit", "FRC crossing of 1 bit", "of Nyquist"},
	[PLICA_METRIC_FRC_HALF_BIT] = {"frc_half_bit", "FRC crossing of 1/2 bit", "of Nyquist"},
	[PLICA_METRIC_FRC_MEAN] = {"frc_mean", "FRC mean", ""},
};

const char *plica_metric_key(enum plica_metric_kind kind)
{
	return names[kind].key;
}

const char *plica_metric_label(enum plica_metric_kind kind)
{
	return names[kind].label;
}

const char *plica_metric_unit(enum plica_metric_kind kind)
{
	return names[kind].unit;
}
