"use strict";
// Pictures: zoom and pan, linked among those that show the same area; object over truth.
(() => {
	const MOST = 16; // times enlarged
	const cards = [...document.querySelectorAll(".card")];

	/* ---- scale bars ---- */

	// Halved until it takes less than half of the picture.
	function measure(ruler, scale) {
		const width = Number(ruler.dataset.width ??= parseFloat(ruler.style.width));
		let part = 1;

		while (width * scale * part > 50)
			part /= 2;
		ruler.style.width = `${width * scale * part}%`;
		ruler.textContent = `${Number((ruler.dataset.length * part).toPrecision(3))} ${ruler.dataset.unit}`;
	}

	/* ---- zoom ---- */

	// A place is the same in all panes when counted in widths of the pane.
	function follow(pane, { k, x, y }) {
		const { clientWidth: width, clientHeight: height } = pane;

		pane.__zoom = d3.zoomIdentity.translate(x * width, y * height).scale(k);
		for (const image of pane.querySelectorAll("img"))
			image.style.transform = `translate(${100 * x}%, ${100 * y}%) scale(${k})`;
		pane.style.touchAction = k > 1 ? "none" : "pan-y pinch-zoom";
		pane.classList.toggle("zoomed", k > 1);
		for (const ruler of pane.querySelectorAll(".ruler"))
			measure(ruler, k);
	}

	const clamp = (number, least, most) => Math.min(Math.max(number, least), most);

	// The picture always fills its pane.
	function constrain({ x, y, k }, [, [width, height]]) {
		return d3.zoomIdentity.translate(clamp(x, width * (1 - k), 0), clamp(y, height * (1 - k), 0)).scale(k);
	}

	// Scrolling over a picture scrolls the page, unless Ctrl is held or the picture is enlarged.
	function wanted() {
		const { type, button, ctrlKey, metaKey, touches } = d3.event;
		const enlarged = this.classList.contains("zoomed");

		if (type === "wheel")
			return ctrlKey || metaKey || enlarged;
		if (type === "touchstart")
			return enlarged || touches.length > 1;
		return !button && !ctrlKey;
	}

	function link(panes) {
		const zoom = d3.zoom().scaleExtent([1, MOST]).constrain(constrain).filter(wanted)
			.on("zoom", function() {
				const { k, x, y } = d3.event.transform;
				const place = { k, x: x / this.clientWidth, y: y / this.clientHeight };

				for (const pane of panes)
					follow(pane, place);
			});

		for (const pane of panes) {
			pane.tabIndex = 0;
			pane.setAttribute("role", "group");
			pane.setAttribute("aria-label", "Picture: plus and minus zoom, arrow keys move, 0 resets");
			pane.addEventListener("keydown", (event) => onKey(event, zoom, pane));
		}
		d3.selectAll(panes).call(zoom);
		for (const pane of panes)
			follow(pane, { k: 1, x: 0, y: 0 });
		return {
			by: (factor) => d3.select(panes[0]).call(zoom.scaleBy, factor),
			reset: () => d3.select(panes[0]).call(zoom.transform, d3.zoomIdentity),
		};
	}

	const moves = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

	function onKey(event, zoom, pane) {
		const selection = d3.select(pane);
		const move = moves[event.key];

		if (event.ctrlKey || event.metaKey || event.altKey || event.target !== pane)
			return;
		if (event.key === "+" || event.key === "=")
			selection.call(zoom.scaleBy, 1.5);
		else if (event.key === "-")
			selection.call(zoom.scaleBy, 1 / 1.5);
		else if (event.key === "0")
			selection.call(zoom.transform, d3.zoomIdentity);
		else if (move !== undefined && pane.classList.contains("zoomed"))
			selection.call(zoom.translateBy, ...move.map((step) =>
				0.1 * step * pane.clientWidth / d3.zoomTransform(pane).k));
		else
			return;
		event.preventDefault();
	}

	/* ---- object over truth ---- */

	function element(name, properties, children = []) {
		const made = Object.assign(document.createElement(name), properties);

		made.append(...children);
		return made;
	}

	// Amplitude and phase: the object's figure is followed by the truth's.
	function pairsOf(pictures) {
		const figures = [...pictures.querySelectorAll('[data-plane="object"]')];

		return figures.length < 4 ? [] : [["Phase", figures[2], figures[3]], ["Amplitude", figures[0], figures[1]]];
	}

	function makeSlider(pictures) {
		const pairs = pairsOf(pictures);

		if (pairs.length === 0)
			return null;
		const images = [element("img", {}), element("img", { className: "over" })];
		const ruler = pairs[0][1].querySelector(".ruler").cloneNode(true);
		const pane = element("div", { className: "pane" }, [element("div", { className: "under" }, [images[0]]),
			element("div", { className: "above" }, [images[1]]), ruler]);
		const range = element("input", { type: "range", min: 0, max: 100, value: 50 });
		const select = element("select", {}, pairs.map(([name]) => element("option", { textContent: name })));

		range.setAttribute("aria-label", "How much of the object is drawn over the truth, per cent");
		select.setAttribute("aria-label", "What the two pictures show");
		function show() {
			const [, object, truth] = pairs[select.selectedIndex];

			[truth, object].forEach((figure, index) => {
				const from = figure.querySelector("img");

				for (const name of ["src", "alt", "width", "height"])
					images[index][name] = from[name];
			});
		}
		function slide() {
			pane.style.setProperty("--share", `${range.value}%`);
		}
		select.addEventListener("change", show);
		range.addEventListener("input", slide);
		show();
		slide();
		return element("figure", { className: "slider" }, [pane, range, element("figcaption", {},
			[select, " Left of the line the object, right of it the truth"])]);
	}

	function makeTools(groups) {
		const button = (text, label, act) => {
			const made = element("button", { type: "button", textContent: text, onclick: () => groups.forEach(act) });

			made.setAttribute("aria-label", label);
			return made;
		};

		return element("p", { className: "tools" }, [
			button("+", "Zoom in", (group) => group.by(1.5)),
			button("−", "Zoom out", (group) => group.by(1 / 1.5)),
			button("Reset", "Whole pictures", (group) => group.reset()),
			element("small", { textContent: "or hold Ctrl and scroll, double-click, drag" }),
		]);
	}

	function prepare(card) {
		const pictures = card.querySelector(".pictures");

		if (pictures === null || pictures.dataset.ready !== undefined)
			return;
		pictures.dataset.ready = "";
		const slider = makeSlider(pictures);

		if (slider !== null)
			pictures.prepend(slider);
		const panes = (plane) => [...pictures.querySelectorAll(`[data-plane="${plane}"] .pane`)];
		const objects = [...panes("object"), ...(slider === null ? [] : [slider.querySelector(".pane")])];
		const groups = [objects, panes("probe")].filter((list) => list.length > 0).map(link);

		pictures.before(makeTools(groups));
	}

	/* ---- cards ---- */

	for (const card of cards)
		card.addEventListener("toggle", () => card.open && prepare(card));
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
})();
