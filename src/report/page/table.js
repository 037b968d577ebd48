"use strict";
// The table of jobs: sorting, filtering, and what can be saved.
(() => {
	const head = document.querySelectorAll(".jobs thead th");
	const body = document.querySelector(".jobs tbody");

	/* ---- sorting ---- */

	// Rows without the figure come last, whatever the direction; equal rows keep their order.
	function sort(key, direction) {
		const numeric = (text) => text !== "" && Number.isFinite(Number(text));
		const rows = [...body.rows].sort((a, b) => {
			const left = a.dataset[key] ?? "";
			const right = b.dataset[key] ?? "";

			if (left === "" || right === "")
				return (left === "") - (right === "");
			if (numeric(left) && numeric(right))
				return direction * (left - right);
			return direction * left.localeCompare(right);
		});

		body.append(...rows);
	}

	for (const cell of head)
		cell.querySelector("button").addEventListener("click", () => {
			const falling = cell.getAttribute("aria-sort") === "ascending";

			for (const other of head)
				other.removeAttribute("aria-sort");
			cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
			sort(cell.dataset.key, falling ? -1 : 1);
		});

	/* ---- filtering ---- */

	const filter = document.getElementById("filter");
	const count = document.getElementById("filter-count");

	// Every word has to begin one of the row's: its dose, view, split, status or reason.
	function matches(row, words) {
		const { dose = "", view, split, status } = row.dataset;
		const reason = row.querySelector(".why[colspan]")?.textContent ?? "";
		const texts = [dose, view, split, status, ...reason.split(/\s+/)].map((text) => text.toLowerCase());

		return words.every((word) => texts.some((text) => text.startsWith(word)));
	}

	function applyFilter() {
		const words = filter.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
		let shown = 0;

		for (const row of body.rows) {
			row.hidden = !matches(row, words);
			shown += !row.hidden;
			document.getElementById(`job-${row.dataset.number}`)?.toggleAttribute("hidden", row.hidden);
		}
		count.textContent = words.length > 0 ? `${shown} of ${body.rows.length} jobs` : "";
	}

	filter.addEventListener("input", applyFilter);
	applyFilter();

	/* ---- saving ---- */

	const field = (text) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	const csv = (lines) => lines.map((line) => line.map((text) => field(String(text ?? ""))).join(",")).join("\r\n");

	function save(name, lines) {
		const link = document.createElement("a");

		link.href = URL.createObjectURL(new Blob([`${csv(lines)}\r\n`], { type: "text/csv" }));
		link.download = name;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 1000);
	}

	const data = () => JSON.parse(document.getElementById("data").textContent);
	const title = document.querySelector("h1").textContent.replace(/[^\w.-]+/g, "-");

	function saveJobs() {
		const keys = ["number", ...[...head].map((cell) => cell.dataset.key), "limit"];
		const { threshold } = data();
		const frc = threshold === 0.5 ? "frc_half" : `frc_${threshold}`;
		const names = { fourier: "fourier_error", frc, phase: "phase_rmse_rad", nrmse: "complex_nrmse",
			measured: "measured_dose_photons", dose: "dose_photons", memory: "peak_memory_bytes",
			overlap: "linear_overlap", limit: "shot_noise_nrmse" };
		const rows = [...body.rows].filter((row) => !row.hidden);

		save(`${title}.csv`, [[...keys.map((key) => names[key] ?? key), "reason"], ...rows.map((row) =>
			[...keys.map((key) => row.dataset[key]), row.querySelector(".why[colspan]")?.textContent])]);
	}

	function saveCurves(key) {
		const job = data()[key];
		const { dose, view, split } = body.querySelector(`[data-number="${key.slice(4)}"]`).dataset;
		const name = `${title}-${dose}-${view}-${split}`;
		const frequency = job.frequency ?? [];

		save(`${name}-curves.csv`, [["curve", "x", "y"],
			...job.loss.map((y, index) => ["loss_by_epoch", 1 + index * job.step, y]),
			...frequency.map((x, index) => ["frc_by_frequency_of_nyquist", x, job.frc[index]]),
			...frequency.map((x, index) => ["half_bit_by_frequency_of_nyquist", x, job.half_bit[index]])]);
	}

	for (const button of document.querySelectorAll("[data-save]"))
		button.addEventListener("click", () =>
			button.dataset.save === "jobs" ? saveJobs() : saveCurves(button.dataset.job));
})();
