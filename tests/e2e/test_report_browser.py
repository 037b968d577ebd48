# SPDX-License-Identifier: BSD-3-Clause
"""The report in a real browser: it asks for nothing, complains of nothing, and works."""
import csv
import pathlib
import re

import numpy as np
import pytest

import report_study

WIDTHS = (400, 900, 1400)


@pytest.fixture(scope="module")
def write(plica, tmp_path_factory):
    """Writes the report of a folder: write(artifact_root, output)."""
    design = tmp_path_factory.mktemp("design") / "study.yaml"
    design.write_text(plica("study", "init").stdout)

    def run(artifacts, output):
        plica("study", "report", design, "--artifact-root", artifacts, "-o", output)
        return output

    return run


@pytest.fixture(scope="module")
def report(write, tmp_path_factory):
    """The report of the reference study, all 21 jobs done."""
    root = tmp_path_factory.mktemp("study")
    artifacts = report_study.write_manifest(root, report_study.make_study(root))
    return write(artifacts, root / "report.html")


@pytest.fixture(scope="module")
def troubled(write, tmp_path_factory):
    """The report of a study that still runs, of which jobs failed and were skipped."""
    root = tmp_path_factory.mktemp("troubled")
    jobs = report_study.make_study(root)
    report_study.set_status(jobs[5], "failed", 1)
    report_study.set_status(jobs[12], "out-of-memory", -9)
    report_study.set_status(jobs[20], "running", 0)
    skipped = [
        {"dose": job["dose"], "view": job["view"], "split": job["split"], "reason": "because"}
        for job in jobs[3:5]
    ]
    artifacts = report_study.write_manifest(root, jobs[:3] + jobs[5:], skipped)
    return write(artifacts, root / "report.html")


class Visit:
    """A page with everything that it asked for and complained of."""

    def __init__(self, browser, path, width=1400, **keywords):
        self.complaints = []
        self.requests = []
        self.page = browser.new_page(viewport={"width": width, "height": 1000}, **keywords)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self.note)
        self.page.goto(path.as_uri())

    def note(self, request):
        if not request.url.startswith("data:"):
            self.requests.append(request.url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.close()


def column(page, number):
    """The texts of a column of the table of jobs."""
    return page.locator(f".jobs tbody tr > :nth-child({number})").all_inner_texts()


def test_page_is_quiet_and_alone(browser, report):
    with Visit(browser, report) as visit:
        visit.page.get_by_role("button", name="Open all").click()
        visit.page.wait_for_timeout(500)
        assert visit.requests == [report.as_uri()]
        assert visit.complaints == []
        assert visit.page.title() == "fly64-dose-overlap – study report"
    assert report.stat().st_size < 15e6


def test_every_job_is_there(browser, report):
    with Visit(browser, report) as visit:
        rows = visit.page.locator(".jobs tbody tr")
        assert rows.count() == 21
        assert visit.page.locator(".card").count() == 21
        assert visit.page.locator(".matrix td.rated").count() == 21
        assert "All 21 jobs are done." in visit.page.inner_text(".lead")


def test_every_picture_decodes(browser, report):
    with Visit(browser, report) as visit:
        visit.page.get_by_role("button", name="Open all").click()
        widths = visit.page.evaluate(
            "Promise.all([...document.images].map((i) => i.decode().then(() => i.naturalWidth)))"
        )
        # seven pictures, a thumbnail, and two that lie under the slider
        assert len(widths) == 21 * 10
        assert min(widths) > 0
        alts = visit.page.evaluate("[...document.images].map((i) => i.alt)")
        assert all(alts)
        assert len(set(alts)) == 21 * 8


def test_sorting_works(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        header = page.get_by_role("columnheader", name=re.compile("^NRMSE"))
        header.get_by_role("button").click()
        rising = [float(text) for text in column(page, 5)]
        assert rising == sorted(rising)
        assert header.get_attribute("aria-sort") == "ascending"
        header.get_by_role("button").click()
        falling = [float(text) for text in column(page, 5)]
        assert falling == sorted(falling, reverse=True)
        assert header.get_attribute("aria-sort") == "descending"
        page.get_by_role("columnheader", name="View").get_by_role("button").click()
        assert column(page, 2) == sorted(column(page, 2))
        assert header.get_attribute("aria-sort") is None


def test_charts_are_drawn(browser, report):
    painted = """(canvas) => canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)"""
    with Visit(browser, report) as visit:
        assert visit.page.eval_on_selector("[data-chart=quality]", painted)
        assert not visit.page.eval_on_selector("[data-chart=loss]", painted)
        visit.page.click("#job-1 summary")
        visit.page.wait_for_timeout(200)
        assert visit.page.eval_on_selector("#job-1 [data-chart=loss]", painted)
        assert visit.page.eval_on_selector("#job-1 [data-chart=frc]", painted)


def chart(page, kind):
    """What a chart of the study shows: the labels of its lines and their points."""
    return page.evaluate(
        """(kind) => Object.fromEntries(Chart.getChart(document.querySelector(
        `[data-chart=${kind}]`)).data.datasets.map((set) => [set.label, set.data]))""",
        kind,
    )


def test_guides_show_what_theory_allows(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        limits = chart(page, "quality")["shot noise, baseline"]
        slope = np.polyfit(*np.log([[p["x"] for p in limits], [p["y"] for p in limits]]), 1)[0]
        assert slope == pytest.approx(-0.5, abs=0.01)
        # 19 rows of 6 px each: a position takes 36 px
        fluence = 1000 / 36
        assert limits[0]["y"] == pytest.approx(np.sqrt(1 / (2 * fluence)), rel=0.02)
        page.select_option("#metric", "frc")
        rise = chart(page, "quality")["dose to the 1/4"]
        assert rise[-1]["y"] / rise[0]["y"] == pytest.approx(100**0.25)
        knee = chart(page, "overlap")["usual knee"]
        assert [point["x"] for point in knee] == [0.4, 0.6]


def test_metric_can_be_chosen(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        for key, place in (("nrmse", 5), ("phase", 6), ("fourier", 8)):
            page.select_option("#metric", key)
            cells = page.locator(".matrix td.rated span").all_inner_texts()
            assert cells[0] == column(page, place)[0]
            means = chart(page, "overlap")["1,000 photons"]
            assert [point["x"] for point in means] == [0.3, 0.6, 0.75]
            assert means[0]["y"] > means[2]["y"]
        assert "Relative Fourier error" in page.inner_text(".matrix caption")


def test_a_curve_without_crossing_leaves_the_knee(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        page.evaluate("""document.querySelectorAll(".jobs tbody tr").forEach((row, index) =>
            index === 0 ? delete row.dataset.frc : row.dataset.frc = 0.5)""")
        page.select_option("#metric", "frc")
        assert [point["y"] for point in chart(page, "overlap")["usual knee"]] == [0.55, 0.55]


def test_negative_losses_are_drawn(browser, write, tmp_path):
    """Poisson's loss of many photons is below zero: no logarithm, and no growth where it falls."""
    random = np.random.default_rng(7)
    truth = report_study.specimen(random)
    job = report_study.make_job(tmp_path, 1000, report_study.PLACES[0], truth, random)
    path = pathlib.Path(job["output_dir"]) / "reconstruction.npz"
    np.savez(path, **{**np.load(path), "loss": np.linspace(-200.0, -210.0, 20)})
    artifacts = report_study.write_manifest(tmp_path, [job])
    with Visit(browser, write(artifacts, tmp_path / "report.html")) as visit:
        visit.page.click("#job-1 summary")
        found = visit.page.eval_on_selector("#job-1 [data-chart=loss]", """(canvas) => {
            const { type, min, max } = Chart.getChart(canvas).scales.y;
            return { type, min, max }; }""")
        assert found["type"] == "linear" and found["min"] <= -210 and found["max"] >= -200
        assert "above the smallest one" not in visit.page.inner_text("#job-1")
        assert visit.complaints == []


def test_filter_hides_other_jobs(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        page.fill("#filter", "dense 1000")
        assert page.locator(".jobs tbody tr:visible").count() == 6  # 1000, 10000 and 100000
        assert page.locator(".card:visible").count() == 6
        assert page.inner_text("#filter-count") == "6 of 21 jobs"
        page.fill("#filter", "nothing")
        assert page.locator(".jobs tbody tr:visible").count() == 0
        page.fill("#filter", "")
        assert page.locator(".jobs tbody tr:visible").count() == 21


def saved(page, selector):
    """The rows of the CSV file that a button saves."""
    with page.expect_download() as download:
        page.click(selector)
    with open(download.value.path(), newline="") as file:
        return list(csv.reader(file))


def test_everything_can_be_saved(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        head, *rows = saved(page, "[data-save=jobs]")
        assert len(rows) == 21 and {len(row) for row in rows} == {len(head)}
        place = head.index("complex_nrmse")
        assert [f"{float(row[place]):.3g}" for row in rows[:3]] == [
            f"{float(text):.3g}" for text in column(page, 5)[:3]
        ]
        page.click("#job-1 summary")
        head, *rows = saved(page, "#job-1 [data-save=curves]")
        assert head == ["curve", "x", "y"]
        loss = [row for row in rows if row[0] == "loss_by_epoch"]
        assert [int(row[1]) for row in loss] == list(range(1, 61))
        assert sum(row[0].startswith("frc") for row in rows) > 10


def test_slider_draws_object_over_truth(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        page.click("#job-1 summary")
        sources = "(images) => images.map((image) => image.src)"
        pictures = page.eval_on_selector_all("#job-1 figure[data-plane=object] img", sources)
        slider = "#job-1 .slider img"
        assert page.eval_on_selector_all(slider, sources) == [pictures[3], pictures[2]]
        page.select_option("#job-1 .slider select", "Amplitude")
        assert page.eval_on_selector_all(slider, sources) == [pictures[1], pictures[0]]
        page.fill("#job-1 .slider input", "0")
        clip = "getComputedStyle(document.querySelector('#job-1 .slider .above')).clipPath"
        assert page.evaluate(clip) == "inset(0px 100% 0px 0px)"
        page.focus("#job-1 .slider input")
        page.keyboard.press("ArrowRight")
        assert page.input_value("#job-1 .slider input") == "1"


def test_pictures_zoom_together(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        page.click("#job-1 summary")
        transforms = """(images) => images.map((image) => image.style.transform)"""
        objects = "#job-1 :is([data-plane=object], .slider) img"
        page.focus("#job-1 [data-plane=object] .pane >> nth=1")
        for key in ("+", "+", "ArrowRight"):
            page.keyboard.press(key)
        page.wait_for_timeout(100)
        moved = page.eval_on_selector_all(objects, transforms)
        assert len(moved) == 7
        assert len(set(moved)) == 1
        assert "scale(2.25)" in moved[0]
        probes = "#job-1 [data-plane=probe] img"
        assert "scale(1)" in page.eval_on_selector_all(probes, transforms)[0]
        page.click("#job-1 .tools >> text=Reset")
        assert "scale(1)" in page.eval_on_selector_all(objects, transforms)[0]
        assert visit.complaints == []


def test_scale_bars_have_units(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        page.click("#job-1 summary")
        picture = page.locator("#job-1 [data-plane=object]").first
        share = picture.evaluate(
            "(f) => f.querySelector('.ruler').clientWidth / f.querySelector('img').clientWidth"
        )
        length = float(picture.locator(".ruler").inner_text().removesuffix(" nm"))
        columns = int(picture.locator("img").get_attribute("width"))
        assert length / 11 / columns == pytest.approx(share, abs=0.01)


def test_links_open_their_job(browser, report):
    with Visit(browser, report) as visit:
        assert not visit.page.evaluate("document.getElementById('job-21').open")
        visit.page.click(".jobs tbody tr:last-child a")
        visit.page.wait_for_function("document.getElementById('job-21').open")
        visit.page.click("#job-21 summary")
        visit.page.click(".jobs tbody tr:last-child a")
        visit.page.wait_for_function("document.getElementById('job-21').open")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_nothing_sticks_out(browser, report, width, scheme):
    with Visit(browser, report, width=width, color_scheme=scheme) as visit:
        visit.page.get_by_role("button", name="Open all").click()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        shade = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = sum(map(int, re.findall(r"\d+", shade)[:3])) / 3
        assert brightness > 240 if scheme == "light" else brightness < 40


@pytest.mark.parametrize("width", WIDTHS)
def test_long_words_do_not_stick_out(browser, write, tmp_path, width):
    """Paths and names have no spaces to break a line at."""
    random = np.random.default_rng(7)
    truth = report_study.specimen(random)
    jobs = [report_study.make_job(tmp_path, 1000, place, truth, random)
            for place in report_study.PLACES[:2]]
    for job in jobs:
        job["view"] = job["split"] * 40
    report_study.set_status(jobs[1], "done", 0)
    artifacts = report_study.write_manifest(tmp_path, jobs)
    with Visit(browser, write(artifacts, tmp_path / "report.html"), width=width) as visit:
        visit.page.get_by_role("button", name="Open all").click()
        assert "there is no reconstruction.npz" in visit.page.inner_text(".undone")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_page_works_without_scripts(browser, report):
    with Visit(browser, report, java_script_enabled=False) as visit:
        assert visit.page.locator(".jobs tbody tr").count() == 21
        assert not visit.page.locator(".chart").first.is_visible()
        visit.page.click("#job-1 summary")
        assert visit.page.locator("#job-1 .log").is_visible()


def test_page_is_accessible(browser, report):
    with Visit(browser, report) as visit:
        page = visit.page
        assert page.locator("h1").count() == 1
        assert page.locator("table:not(:has(caption))").count() == 0
        assert page.locator("th:not([scope])").count() == 0
        assert page.locator("canvas:not([role=img][aria-label])").count() == 0
        levels = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))"
        )
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))
        identifiers = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(set(identifiers)) == len(identifiers)


def test_hostile_texts_are_shown_as_they_are(browser, report):
    with Visit(browser, report) as visit:
        visit.page.click("#job-1 summary")
        assert report_study.HOSTILE in visit.page.inner_text("#job-1 .log")
        assert visit.page.title() != "owned"
        assert "--set 'note=it'\\''s <b>'" in visit.page.inner_text("#job-1 .command")
        assert visit.page.locator("img[onerror]").count() == 0


def test_trouble_is_explained(browser, troubled):
    with Visit(browser, troubled) as visit:
        page = visit.page
        assert visit.complaints == []
        assert "This study is not finished." in page.inner_text("[role=status]")
        assert "16 of 21 jobs are done." in page.inner_text(".lead")
        assert page.locator(".jobs tbody tr").count() == 21
        reasons = page.inner_text(".undone")
        for reason in ("exit status 1", "ran out of memory", "is running", "because"):
            assert reason in reasons
        assert page.locator(".jobs td:empty").count() == 0
        for metric in ("frc", "nrmse"):
            page.select_option("#metric", metric)
            assert page.inner_text('.matrix a[href="#job-4"]') == "failed"
        page.get_by_role("columnheader", name=re.compile("^NRMSE")).get_by_role("button").click()
        tail = page.locator(".jobs tbody tr").nth(20)
        assert tail.get_attribute("data-nrmse") is None


def test_page_prints_in_light(browser, report):
    with Visit(browser, report, color_scheme="dark") as visit:
        visit.page.emulate_media(media="print")
        ink = visit.page.evaluate("getComputedStyle(document.body).color")
        assert sum(map(int, re.findall(r"\d+", ink)[:3])) < 150
        assert visit.page.pdf(format="A4").startswith(b"%PDF")
