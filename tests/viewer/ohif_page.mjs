// Drives OHIF 3.13 in a browser the way that a technologist does, and reads what is on its canvas.
//
// Nothing waits for a fixed time: each step polls for the state that it needs, as long as `PATIENCE_MS`,
// since rendering in software on a small machine is slow.
const PATIENCE_MS = 180_000;
const BROWSER = [
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-background-networking',
];

export function launch(chromium, executablePath) {
  // Chromium refuses its sandbox to root.
  const sandbox = process.getuid() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, headless: true, args: [...BROWSER, ...sandbox] });
}

// Runs inside the page: the canvas of the viewport in use, with RGBA bytes as base64.
function readViewport(corners) {
  const { viewportGridService, cornerstoneViewportService } = window.services;
  const viewport = cornerstoneViewportService.getCornerstoneViewport(viewportGridService.getActiveViewportId());
  const canvas = viewport.getCanvas();
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  let text = '';
  for (let at = 0; at < data.length; at += 32768) {
    text += String.fromCharCode(...data.subarray(at, at + 32768));
  }
  const scale = width / canvas.clientWidth;
  return {
    corners: corners.map((corner) => viewport.worldToCanvas(corner).map((c) => c * scale)),
    width,
    height,
    base64: btoa(text),
  };
}

// Runs inside the page: only the kind of the viewport in use and the image that it shows.
function readState() {
  const { viewportGridService, cornerstoneViewportService } = window.services;
  const viewport = cornerstoneViewportService.getCornerstoneViewport(viewportGridService.getActiveViewportId());
  return { kind: viewport.type, image: viewport.getCurrentImageId?.() || '' };
}

// Centres of the first pixel, of the last one in the first row and of the first one in the last row, in mm.
function cornersOf({ position, orientation, spacing }, { rows, columns }) {
  const along = (direction, length) => position.map((p, axis) => p + direction[axis] * length);
  return [
    position,
    along(orientation.slice(0, 3), (columns - 1) * spacing[1]),
    along(orientation.slice(3), (rows - 1) * spacing[0]),
  ];
}

export class OhifPage {
  constructor(page) {
    this.page = page;
    this.errors = [];
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.errors.push(`the page failed: ${String(error).split('\n')[0]}`));
    page.on('response', (response) => {
      if (response.status() >= 400) this.errors.push(`${response.url()} answered ${response.status()}`);
    });
  }

  static async open(browser) {
    // The size of the pictures in the documentation.
    return new OhifPage(await browser.newPage({ viewport: { width: 1100, height: 740 } }));
  }

  async load(url, study) {
    // The guided tour covers the page until it is dismissed once.
    await this.page.addInitScript(() => localStorage.setItem('shownTours', '["basicViewerTour"]'));
    await this.page.goto(`${url}/viewer?StudyInstanceUIDs=${study}`);
    await this.page.getByText('Confirm and hide').click();
    await this.until('the first images to be drawn', async () => (await this.state()).image !== '');
  }

  // Polls until `holds` answers with something true, and answers with that. A viewport that OHIF is just
  // replacing throws; that counts as not yet.
  async until(what, holds) {
    const end = Date.now() + PATIENCE_MS;
    let last = '';
    while (Date.now() < end) {
      try {
        const answer = await holds();
        if (answer) return answer;
        last = '';
      } catch (error) {
        last = ` (${String(error).split('\n')[0]})`;
      }
      if (this.page.isClosed()) break;
      await this.page.waitForTimeout(250);
    }
    throw new Error(`waited in vain for ${what}${last}`);
  }

  state() {
    return this.page.evaluate(readState);
  }

  // Also reads the canvas, which takes its time.
  async shown(corners = []) {
    const { base64, ...rest } = await this.page.evaluate(readViewport, corners);
    return { ...rest, data: Buffer.from(base64, 'base64') };
  }

  // The canvas with the places of an image's corners on it.
  canvasOf(image, mask) {
    return this.shown(cornersOf(image, mask));
  }

  openSeries(description) {
    return this.page.getByText(description, { exact: true }).first().dblclick();
  }

  // OHIF asks before it lays a segmentation over the images, unless the site has switched that off.
  async acceptSegmentation(labels) {
    const yes = this.page.getByText('Yes', { exact: true }).first();
    await this.until('the segmentation to be loaded', async () => {
      if (await yes.isVisible()) await yes.click();
      const loaded = await this.page.evaluate(() =>
        window.services.segmentationService.getSegmentations().flatMap((s) =>
          Object.values(s.segments).map((segment) => segment.label)
        )
      );
      return labels.every((label) => loaded.includes(label)) && !(await yes.isVisible());
    });
  }

  async openSegmentationPanel() {
    await this.page.locator('[data-cy="panelSegmentation-btn"]').click();
  }

  // Shows the image with this SOP instance UID, as somebody does who scrolls to it.
  async jumpTo(uid) {
    const { kind } = await this.state();
    if (kind !== 'stack') {
      throw new Error(`OHIF opened the cine in a viewport of the kind "${kind}", which draws no segmentation`);
    }
    await this.page.evaluate(async (wanted) => {
      const { viewportGridService, cornerstoneViewportService } = window.services;
      const id = viewportGridService.getActiveViewportId();
      const viewport = cornerstoneViewportService.getCornerstoneViewport(id);
      const index = viewport.getImageIds().findIndex((image) => image.includes(`/instances/${wanted}/`));
      if (index < 0) throw new Error(`the images in view do not include ${wanted}`);
      await viewport.setImageIdIndex(index);
    }, uid);
    await this.until(`image ${uid} to be shown`, async () => (await this.state()).image.includes(`/${uid}/`));
    await this.redraw();
  }

  // Two whole drawings, so that what the first one set off is on the canvas after the second.
  redraw() {
    return this.page.evaluate(async () => {
      const { viewportGridService, cornerstoneViewportService } = window.services;
      const id = viewportGridService.getActiveViewportId();
      const viewport = cornerstoneViewportService.getCornerstoneViewport(id);
      for (let time = 0; time < 2; ++time) {
        const drawn = new Promise((resolve) =>
          viewport.element.addEventListener('CORNERSTONE_IMAGE_RENDERED', resolve, { once: true })
        );
        viewport.render();
        await drawn;
      }
    });
  }

  text() {
    return this.page.evaluate(() => document.body.innerText);
  }

  // What is written over the images: annotations are SVG, which innerText leaves out in part.
  annotations() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('svg.svg-layer tspan')].map((line) => line.textContent)
    );
  }

  picture(path) {
    return this.page.screenshot({ path });
  }
}
