"use strict";
(() => {
	const root = document.documentElement;
	const data = JSON.parse(document.getElementById("data").textContent);
	const charts = new Map();

	root.classList.add("scripted");

	const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

	/* ---- charts ---- */

	const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

	function plainTick(value) {
		return /^[125](\.0+)?e/.test(value.toExponential(6)) ? String(Number(value.toPrecision(3))) : "";
	}

	// Powers of ten; on an axis that holds less than two of them also what lies between.
	function logTick(value) {
		const power = Math.log10(value);

		if (this.max / this.min < 100)
			return plainTick(value);

		if (Math.abs(power - Math.round(power)) < 1e-9) {
			const digits = String(Math.abs(Math.round(power)));
			const sign = power < -0.5 ? "⁻" : "";
			return `10${sign}${[...digits].map((digit) => superscripts[digit]).join("")}`;
		}
		return "";
	}

	function axis(title, extra) {
		return {
			title: { display: true, text: title, color: colour("soft") },
			ticks: { color: colour("soft"), maxRotation: 0 },
			grid: { color: colour("line"), borderColor: colour("line") },
			...extra,
		};
	}

	// From just below the smallest value to just above the largest.
	function logAxis(title, values) {
		const positive = values.filter((value) => value > 0);
		const limits = positive.length > 0
			? { min: 0.9 * Math.min(...positive), max: 1.1 * Math.max(...positive) } : {};
		// Too few round numbers lie between the two for a logarithmic axis.
		if (limits.max < 4 * limits.min)
			return axis(title, { type: "linear" });
		const made = axis(title, { type: "logarithmic", ...limits });

		made.ticks = { ...made.ticks, callback: logTick, autoSkip: false };
		return made;
	}

	function options(scales, extra) {
		return {
			animation: false,
			maintainAspectRatio: false,
			interaction: { mode: "nearest", axis: "x", intersect: false },
			scales,
			plugins: {
				legend: { display: false },
				tooltip: { callbacks: { label: (item) =>
					`${item.dataset.label}: ${item.parsed.y.toPrecision(3)}` } },
				...extra,
			},
		};
	}

	function legend(filter) {
		return {
			position: "top",
			align: "start",
			labels: {
				color: colour("ink"),
				usePointStyle: true,
				pointStyle: "line",
				padding: 16,
				filter,
			},
		};
	}

	const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

	// The whole scan is compared with its halves only where there are no halves.
	function meanOfSplits(points) {
		const halves = points.filter((point) => point.split !== "full");
		return mean((halves.length > 0 ? halves : points).map((point) => point.nrmse));
	}

	function line(label, points, shade, extra) {
		return {
			label,
			data: points,
			borderColor: shade,
			backgroundColor: shade,
			borderWidth: 2,
			pointRadius: 0,
			...extra,
		};
	}

	function quality() {
		const views = [...new Set(data.quality.map((point) => point.view))];
		const sets = [];

		views.forEach((view, index) => {
			const shade = colour(`view-${index % 6}`);
			const points = data.quality.filter((point) => point.view === view);
			const doses = [...new Set(points.map((point) => point.dose))].sort((a, b) => a - b);
			const means = doses.map((dose) => ({
				x: dose,
				y: meanOfSplits(points.filter((point) => point.dose === dose)),
			}));

			sets.push(line(view, means, shade, { pointRadius: 4 }));
			for (const split of new Set(points.map((point) => point.split)))
				sets.push(line(`${view} / ${split}`, points.filter((p) => p.split === split)
					.map((p) => ({ x: p.dose, y: p.nrmse })), `${shade}99`, {
					showLine: false,
					pointRadius: 2.5,
					single: true,
				}));
		});
		return {
			type: "line",
			data: { datasets: sets },
			options: options({
				x: logAxis("Dose, photons per exposure", data.quality.map((p) => p.dose)),
				y: logAxis("Complex NRMSE", data.quality.map((p) => p.nrmse)),
			}, { legend: legend((item, all) => !all.datasets[item.datasetIndex].single) }),
		};
	}

	function loss(job) {
		const points = job.loss.map((value, index) => ({ x: 1 + index * job.step, y: value }));

		return {
			type: "line",
			data: { datasets: [line("loss", points, colour("view-0"))] },
			options: options({
				x: axis("Epoch", { type: "linear", min: 1 }),
				y: logAxis("Mean squared residual", job.loss),
			}),
		};
	}

	function frc(job) {
		const curve = (values) => values.map((y, index) => ({ x: job.frequency[index], y }));
		const dashed = { borderDash: [5, 4], borderWidth: 1.5 };
		const half = job.frequency.map((x) => ({ x, y: 0.5 }));

		return {
			type: "line",
			data: { datasets: [
				line("correlation", curve(job.frc), colour("view-0")),
				line("0.5", half, colour("view-2"), dashed),
				line("half-bit", curve(job.half_bit), colour("view-1"), dashed),
			] },
			options: options({
				x: axis("Spatial frequency, of Nyquist", { type: "linear", min: 0, max: 1 }),
				y: axis("Correlation", { suggestedMin: 0, max: 1 }),
			}, { legend: legend() }),
		};
	}

	const makers = { quality, loss, frc };

	function draw(canvas) {
		const maker = makers[canvas.dataset.chart];

		charts.get(canvas)?.destroy();
		charts.set(canvas, new Chart(canvas, maker(data[canvas.dataset.job])));
	}

	function drawIn(element) {
		for (const canvas of element.querySelectorAll("canvas"))
			if (!charts.has(canvas))
				draw(canvas);
	}

	function redraw() {
		for (const canvas of charts.keys())
			draw(canvas);
	}

	Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
	for (const chart of document.querySelectorAll(".chart.main"))
		drawIn(chart);
	for (const medium of ["(prefers-color-scheme: dark)", "print"])
		matchMedia(medium).addEventListener("change", redraw);

	/* ---- cards ---- */

	const cards = [...document.querySelectorAll(".card")];

	for (const card of cards)
		card.addEventListener("toggle", () => card.open && drawIn(card));
	for (const button of document.querySelectorAll("[data-open]"))
		button.addEventListener("click", () => {
			for (const card of cards)
				card.open = button.dataset.open === "all";
		});

	function openTarget() {
		const card = cards.find((each) => `#${each.id}` === location.hash);

		if (card) {
			card.open = true;
			card.scrollIntoView();
		}
	}

	addEventListener("hashchange", openTarget);
	// A second press on the same link changes no hash.
	document.addEventListener("click", (event) => {
		if (event.target.closest(`a[href="${location.hash}"]`))
			openTarget();
	});
	openTarget();

	/* ---- sorting ---- */

	const head = document.querySelectorAll(".jobs thead th");
	const body = document.querySelector(".jobs tbody");

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
})();
