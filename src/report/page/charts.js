"use strict";
(() => {
	const root = document.documentElement;
	const data = JSON.parse(document.getElementById("data").textContent);
	const charts = new Map();

	root.classList.add("scripted");

	const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

	/* ---- axes and lines ---- */

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

	// From just below the smallest value to just above the largest; linear where a logarithm fails.
	function logAxis(title, values) {
		if (values.some((value) => value !== null && value <= 0))
			return axis(title, { type: "linear" });
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
				tooltip: {
					filter: (item) => !item.dataset.band,
					callbacks: { label: (item) =>
						`${item.dataset.label}: ${item.parsed.y.toPrecision(3)}` },
				},
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

	const guide = { borderDash: [2, 4], borderWidth: 1.5, silent: true };

	/* ---- the study's figures of merit, from the rows of the table ---- */

	const rows = [...document.querySelectorAll(".jobs tbody tr")].map((row) => row.dataset);
	const choice = document.getElementById("metric");
	const metric = () => choice?.value ?? "nrmse";
	const metricName = () => choice?.selectedOptions[0].textContent ?? "";
	const value = (row, key = metric()) => row[key] === undefined ? NaN : Number(row[key]);
	// A curve that never falls below the threshold has no crossing: it counts, and leaves a gap.
	const rated = () => rows.filter((row) => value(row, "dose") > 0
		&& (value(row) > 0 || (metric() === "frc" && value(row, "nrmse") > 0)));
	const unique = (list) => [...new Set(list)];
	const rising = (list) => list.sort((a, b) => a - b);
	const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

	// The whole scan is compared with its halves only where there are no halves.
	function meanOfSplits(points, key) {
		const halves = points.filter((point) => point.split !== "full");
		return mean((halves.length > 0 ? halves : points).map((point) => value(point, key)));
	}

	function meansByDose(points, key) {
		return rising(unique(points.map((point) => value(point, "dose")))).map((dose) => ({
			x: dose,
			y: meanOfSplits(points.filter((point) => value(point, "dose") === dose), key),
		}));
	}

	// What counting statistics allow: of the relative error, and of its phase alone.
	function shotNoise(view, points, shade) {
		const part = { nrmse: 1, phase: Math.SQRT1_2 }[metric()];
		const limits = meansByDose(points.filter((point) => value(point, "limit") > 0), "limit");

		return part === undefined || limits.length === 0 ? []
			: [line(`shot noise, ${view}`, limits.map(({ x, y }) => ({ x, y: part * y })), shade, guide)];
	}

	// The resolution of theory, through the first view's point in the middle.
	function quarterSlope(means) {
		const known = means.filter(({ y }) => y > 0);
		const middle = known[Math.floor(known.length / 2)];

		return metric() !== "frc" || known.length < 2 ? [] : [line("dose to the 1/4",
			means.map(({ x }) => ({ x, y: middle.y * (x / middle.x) ** 0.25 })), colour("soft"), guide)];
	}

	function theory(sets) {
		if (sets.some((set) => set.label.startsWith("shot noise")))
			return "; dotted is what shot noise alone would leave at each view’s dose per object pixel";
		return sets.some((set) => set.label.startsWith("dose to")) ? "; dotted is growth with dose to the 1/4" : "";
	}

	function quality() {
		const points = rated();
		const sets = [];

		unique(points.map((point) => point.view)).forEach((view, index) => {
			const shade = colour(`view-${index % 6}`);
			const own = points.filter((point) => point.view === view);
			const means = meansByDose(own);

			sets.push(line(view, means, shade, { pointRadius: 4 }));
			for (const split of unique(own.map((point) => point.split)))
				sets.push(line(`${view} / ${split}`, own.filter((point) => point.split === split)
					.map((point) => ({ x: value(point, "dose"), y: value(point) })), `${shade}99`, {
					showLine: false,
					pointRadius: 2.5,
					silent: true,
				}));
			sets.push(...shotNoise(view, own, shade));
			if (index === 0)
				sets.push(...quarterSlope(means));
		});
		const shown = sets.flatMap((set) => set.data);
		return {
			caption: `${metricName()} against dose: lines join the means of a view’s splits, points are `
				+ `the splits${theory(sets)}`,
			type: "line",
			data: { datasets: sets },
			options: options({
				x: logAxis("Dose, photons per exposure", shown.map((point) => point.x)),
				y: logAxis(metricName(), shown.map((point) => point.y)),
			}, { legend: legend((item, all) => !all.datasets[item.datasetIndex].silent) }),
		};
	}

	// Where the quality of most scans breaks off: 40 to 60 per cent of linear overlap.
	const knee = [0.4, 0.6];

	function overlap() {
		const points = rated().filter((point) => value(point, "overlap") >= 0);
		const doses = rising(unique(points.map((point) => value(point, "dose"))));
		const sets = doses.map((dose, index) => {
			const own = points.filter((point) => value(point, "dose") === dose);
			const places = rising(unique(own.map((point) => value(point, "overlap"))));

			return line(`${dose.toLocaleString("en")} photons`, places.map((x) => ({
				x,
				y: meanOfSplits(own.filter((point) => value(point, "overlap") === x)),
			})), colour(`view-${index % 6}`), { pointRadius: 4 });
		});
		const y = logAxis(metricName(), sets.flatMap((set) => set.data).map((point) => point.y));
		const top = y.max ?? 1.1 * Math.max(0, ...points.map((point) => value(point)).filter(Number.isFinite));

		sets.push(line("usual knee", knee.map((x) => ({ x, y: top })), "#8882", {
			fill: "start", borderWidth: 0, band: true, silent: true,
		}));
		return {
			caption: `${metricName()} against the linear overlap of neighbouring exposures; the grey band is `
				+ "where many scans have their knee",
			type: "line",
			data: { datasets: sets },
			options: options({
				x: axis("Linear overlap, of the probe’s diameter", { type: "linear", min: 0, max: 1 }),
				y: { ...y, max: top },
			}, { legend: legend((item, all) => !all.datasets[item.datasetIndex].silent) }),
		};
	}

	/* ---- the curves of one job ---- */

	function loss(job) {
		const points = job.loss.map((y, index) => ({ x: 1 + index * job.step, y }));

		return {
			type: "line",
			data: { datasets: [line("loss", points, colour("view-0"))] },
			options: options({
				x: axis("Epoch", { type: "linear", min: 1 }),
				y: logAxis("Loss, mean per pixel", job.loss),
			}),
		};
	}

	function frc(job) {
		const curve = (values) => values.map((y, index) => ({ x: job.frequency[index], y }));
		const dashed = { borderDash: [5, 4], borderWidth: 1.5 };
		const level = job.frequency.map((x) => ({ x, y: data.threshold }));

		return {
			type: "line",
			data: { datasets: [
				line("correlation", curve(job.frc), colour("view-0")),
				line(String(data.threshold), level, colour("view-2"), dashed),
				line("half-bit", curve(job.half_bit), colour("view-1"), dashed),
			] },
			options: options({
				x: axis("Spatial frequency, of Nyquist", { type: "linear", min: 0, max: 1 }),
				y: axis("Correlation", { suggestedMin: 0, max: 1 }),
			}, { legend: legend() }),
		};
	}

	/* ---- drawing ---- */

	const makers = { quality, overlap, loss, frc };

	function draw(canvas) {
		const { caption, ...chart } = makers[canvas.dataset.chart](data[canvas.dataset.job]);

		charts.get(canvas)?.destroy();
		charts.set(canvas, new Chart(canvas, chart));
		if (caption !== undefined)
			canvas.closest("figure").querySelector("figcaption").textContent = caption;
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

	// The cells of the table dose x view show the chosen figure; larger is better for a resolution.
	function rateCells() {
		const cells = [...document.querySelectorAll(".matrix td a")].map((link) => ({
			link,
			figure: value(rows.find((row) => `#job-${row.number}` === link.hash) ?? {}),
		}));
		const logs = cells.map(({ figure }) => Math.log(figure)).filter(Number.isFinite);
		const [least, most] = [Math.min(...logs), Math.max(...logs)];

		for (const { link, figure } of cells) {
			const cell = link.closest("td");
			const text = link.querySelector("span");
			const rank = most > least ? (Math.log(figure) - least) / (most - least) : 0;

			// What stands there in the place of a number says why there is none.
			text.dataset.word ??= cell.classList.contains("rated") ? "–" : text.textContent;
			cell.classList.toggle("rated", figure > 0);
			cell.style.setProperty("--rank", `${100 * (metric() === "frc" ? 1 - rank : rank)}%`);
			text.textContent = figure > 0 ? figure.toPrecision(3) : text.dataset.word;
		}
		document.getElementById("matrix-figure").textContent = metricName();
	}

	Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
	for (const chart of document.querySelectorAll(".chart.main"))
		drawIn(chart);
	for (const card of document.querySelectorAll(".card"))
		card.addEventListener("toggle", () => card.open && drawIn(card));
	for (const medium of ["(prefers-color-scheme: dark)", "print"])
		matchMedia(medium).addEventListener("change", redraw);
	choice?.addEventListener("change", () => {
		rateCells();
		for (const canvas of document.querySelectorAll(".chart.main canvas"))
			draw(canvas);
	});
})();
