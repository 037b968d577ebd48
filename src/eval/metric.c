/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of figures and orientations. */
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
	[PLICA_METRIC_R_FACTOR] = {"r_factor", "R-factor of the data", ""},
	[PLICA_METRIC_FOURIER_ERROR] = {"fourier_error", "E_F of the data", ""},
	[PLICA_METRIC_PHASE_MAE_PTYCHOPINN] = {"phase_mae_ptychopinn", "PtychoPINN's phase MAE",
		"rad"},
	[PLICA_METRIC_AMPLITUDE_MAE_PTYCHOPINN] = {"amplitude_mae_ptychopinn",
		"PtychoPINN's amplitude MAE", ""},
	[PLICA_METRIC_PHASE_MSE_PTYCHOPINN] = {"phase_mse_ptychopinn", "PtychoPINN's phase MSE",
		"rad^2"},
	[PLICA_METRIC_AMPLITUDE_MSE_PTYCHOPINN] = {"amplitude_mse_ptychopinn",
		"PtychoPINN's amplitude MSE", ""},
	[PLICA_METRIC_PHASE_PSNR_PTYCHOPINN] = {"phase_psnr_ptychopinn", "PtychoPINN's phase PSNR",
		"dB"},
	[PLICA_METRIC_AMPLITUDE_PSNR_PTYCHOPINN] = {"amplitude_psnr_ptychopinn",
		"PtychoPINN's amplitude PSNR", "dB"},
	[PLICA_METRIC_PHASE_SSIM_PTYCHOPINN] = {"phase_ssim_ptychopinn", "PtychoPINN's phase SSIM",
		""},
	[PLICA_METRIC_AMPLITUDE_SSIM_PTYCHOPINN] = {"amplitude_ssim_ptychopinn",
		"PtychoPINN's amplitude SSIM", ""},
	[PLICA_METRIC_PHASE_MSSSIM_PTYCHOPINN] = {"phase_ms_ssim_ptychopinn",
		"PtychoPINN's phase MS-SSIM", ""},
	[PLICA_METRIC_AMPLITUDE_MSSSIM_PTYCHOPINN] = {"amplitude_ms_ssim_ptychopinn",
		"PtychoPINN's amplitude MS-SSIM", ""},
	[PLICA_METRIC_PHASE_FRC50_PTYCHOPINN] = {"phase_frc50_ptychopinn",
		"PtychoPINN's phase FRC50", "rings"},
	[PLICA_METRIC_AMPLITUDE_FRC50_PTYCHOPINN] = {"amplitude_frc50_ptychopinn",
		"PtychoPINN's amplitude FRC50", "rings"},
};

static const char *const orientation_names[PLICA_ORIENTATION_COUNT] = {
	[PLICA_ORIENTATION_IDENTITY] = "identity",
	[PLICA_ORIENTATION_FLIP_Y] = "flip-y",
	[PLICA_ORIENTATION_FLIP_X] = "flip-x",
	[PLICA_ORIENTATION_ROTATE_180] = "rotate-180",
	[PLICA_ORIENTATION_TRANSPOSE] = "transpose",
	[PLICA_ORIENTATION_ROTATE_90] = "rotate-90",
	[PLICA_ORIENTATION_ROTATE_270] = "rotate-270",
	[PLICA_ORIENTATION_ANTITRANSPOSE] = "antitranspose",
};

const char *plica_orientation_name(enum plica_orientation orientation)
{
	return orientation_names[orientation];
}

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
