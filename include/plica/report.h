/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The report of a study: one HTML file with everything in it, which needs no network, no other
 * file and nothing but a browser, on a screen of any size or on paper.
 *
 *     struct plica_report_options options = {
 *             .artifact_root = "study/artifacts", .output_path = "study/report.html"};
 *
 *     status = plica_report_save(&options, &err);
 *
 * Read are, below `artifact_root`: reconstruction_manifest.json, skip_summary.json, and of each
 * job job.json, the end of its log and its reconstruction (reconstruction.npz, or
 * ptychi_reconstruction.npz); and each job's data set, for the truth that the reconstruction is
 * compared with (plica/compare.h), the measured dose and the overlap. A study that still runs
 * gives a page that says so. What cannot be read or computed is shown with its reason, so that
 * the page is always as complete as the files are.
 */
#ifndef PLICA_REPORT_H
#define PLICA_REPORT_H

#include "plica/compare.h"
#include "plica/error.h"

struct plica_report_options {
	const char *artifact_root; /**< folder of the manifest */
	const char *output_path;   /**< the HTML file; its folder must exist */
	const char *title;         /**< NULL: the study's name */
	/** How results are compared with the truth; the photons per pixel are the data's. NULL: the
	 * defaults. */
	const struct plica_compare_options *compare;
	double frc_threshold; /**< of the resolution that is shown, in (0, 1); 0: 0.5 */
};

/**
 * Writes the report atomically. Errors: PLICA_ERR_IO and PLICA_ERR_FORMAT for a manifest or skip
 * summary that cannot be read, or a file that cannot be written; PLICA_ERR_MEMORY.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_report_save(
	const struct plica_report_options *options, struct plica_error *err);

#endif
