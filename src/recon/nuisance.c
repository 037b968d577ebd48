/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/nuisance.h"

#include "recon/background.h"
#include "recon/intensity.h"
#include "recon/modes.h"

void plica_nuisance_after_set(
	struct plica_pass *pass, const size_t *positions, size_t count, long number)
{
	struct plica_problem *problem = pass->problem;

	if (pass->factor_sum != NULL)
		plica_background_step(problem, pass->factor_sum);
	plica_intensity_update(problem, positions, count, pass->sums, number);
}

bool plica_nuisance_orthogonalize(struct plica_problem *problem)
{
	const struct plica_settings *settings = problem->settings;
	size_t pixels = problem->side * problem->side;

	if (problem->modes == 1)
		return false;
	plica_problem_modes_out(problem);
	if (settings->probe.orthogonalize_incoherent_modes.method == PLICA_ORTHOGONALIZE_SVD)
		plica_modes_diagonalise(problem->natural, problem->modes, pixels);
	else if (settings->probe.orthogonalize_incoherent_modes.sort_by_occupancy)
		plica_modes_sort(problem->natural, problem->modes, pixels);
	if (settings->probe.orthogonalize_incoherent_modes.method == PLICA_ORTHOGONALIZE_GS)
		plica_modes_gram_schmidt(problem->natural, problem->modes, pixels);
	plica_problem_modes_in(problem);
	return true;
}

void plica_nuisance_finish(struct plica_problem *problem)
{
	const struct plica_settings *settings = problem->settings;

	plica_intensity_normalise(problem);
	if (settings->probe.orthogonalize_incoherent_modes.enabled &&
		settings->probe.orthogonalize_incoherent_modes.method == PLICA_ORTHOGONALIZE_SVD)
		(void)plica_nuisance_orthogonalize(problem);
}
