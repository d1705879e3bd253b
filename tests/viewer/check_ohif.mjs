// Opens a study with results in OHIF and judges what is on the screen; ends with 0 or 1.
//
//   check_ohif.mjs --ohif FOLDER --modules FOLDER --orthanc URL [--study UID] [--pictures FOLDER]
//                  [--fault NAME] [--study-report]
//
// --study-report judges the report on the study alone, of a study whose series are of any kind.
//
// A fault makes one thing wrong on purpose; the check has to end with 1 then:
//   unopened                   does not open the segmentation
//   other-phase, other-slice   shows another image than the one it judges
//   plain-config               leaves the extension of our app-config.js out (only a cine that OHIF takes
//                              for a 4-D volume then fails)
//   other-number               expects a number that the report does not hold
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chooseImages, readStudy, readStudyReport } from './archive.mjs';
import { OhifPage, launch } from './ohif_page.mjs';
import { startOhif } from './ohif_server.mjs';
import { brightShare, colouredPixels, compareWithMasks } from './overlay.mjs';

// Dice coefficient between the mask in the archive and what is on the canvas. Only interpolation at a
// segment's border lies between them.
const LEAST_AGREEMENT = 0.97;
const LEAST_BRIGHT_SHARE = 0.05;
const REPORT_PATIENCE_MS = 120_000;

const here = path.dirname(fileURLToPath(import.meta.url));
const shipped = path.resolve(here, '../../packaging/viewer/ohif-app-config.js');

const { values: options } = parseArgs({
  options: {
    ohif: { type: 'string' }, // OHIF's package: its folder dist is served
    modules: { type: 'string' }, // node_modules with playwright-core
    orthanc: { type: 'string' },
    study: { type: 'string' },
    pictures: { type: 'string' },
    fault: { type: 'string', default: 'none' },
    'study-report': { type: 'boolean', default: false },
  },
});

const started = Date.now();
function say(line) {
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`  ${String(seconds).padStart(4)} s  ${line}`);
}

function demand(holds, sentence) {
  if (!holds) throw new Error(sentence);
}

async function keep(ohif, name) {
  if (options.pictures) await ohif.picture(path.join(options.pictures, `ohif-${name}.png`));
}

function demandBright(canvas, what) {
  demand(brightShare(canvas) >= LEAST_BRIGHT_SHARE, `${what} is as good as black`);
}

async function demandBare(ohif, image, mask, what) {
  await ohif.jumpTo(image.uid);
  const canvas = await ohif.canvasOf(image, mask);
  demandBright(canvas, what);
  const coloured = colouredPixels(canvas);
  demand(coloured === 0, `${what} shows ${coloured} coloured pixels where nothing was segmented`);
  say(`${what}: no colour, as it should be`);
}

// The image that is shown when `image` is judged; another one for the faults.
function toShow(image, { between, other }) {
  if (options.fault === 'other-phase') return between;
  if (options.fault !== 'other-slice') return image;
  demand(other, 'the study has one slice only, and no other one to show');
  return other;
}

async function demandSegments(ohif, image, chosen, segmentation, what) {
  const mask = segmentation.masks.get(image.uid);
  const here = segmentation.segments.filter((segment) => mask.segments.has(segment.number));
  const hues = new Map(here.map((segment) => [segment.number, segment.hue]));
  const shown = toShow(image, chosen);
  await ohif.jumpTo(shown.uid);
  const canvas = await ohif.canvasOf(shown, mask);
  demandBright(canvas, what);
  const answer = compareWithMasks(canvas, mask, canvas.corners, hues);
  for (const { number, label } of here) {
    const { expected, drawn, agreement } = answer.get(number);
    const text = `${label}: ${expected} pixels in the archive, ${drawn} on the screen, agreement ${agreement.toFixed(3)}`;
    demand(agreement >= LEAST_AGREEMENT, `${what} does not show its segments: ${text}`);
    say(`${what}: ${text}`);
  }
  const { drawn } = answer.get(-1);
  demand(drawn === 0, `${what} shows ${drawn} pixels in colours of no segment`);
}

async function demandLabels(ohif, segments) {
  await ohif.openSegmentationPanel();
  for (const { label } of segments) {
    await ohif.until(`the panel to list "${label}"`, async () => (await ohif.text()).includes(label));
  }
  say(`the panel lists ${segments.map(({ label }) => label).join(', ')}`);
}

async function checkSegmentation(ohif, study) {
  const { segmentation } = study;
  const chosen = chooseImages(study);
  const mask = segmentation.masks.get(chosen.ed.uid);
  await demandBare(ohif, chosen.ed, mask, 'end diastole before the segmentation is opened');
  if (options.fault !== 'unopened') {
    await ohif.openSeries(segmentation.description);
    await ohif.acceptSegmentation(segmentation.segments.map(({ label }) => label));
    await demandLabels(ohif, segmentation.segments);
  }
  await demandSegments(ohif, chosen.ed, chosen, segmentation, 'end diastole');
  await keep(ohif, 'end-diastole');
  await demandBare(ohif, chosen.between, mask, 'the image between');
  await keep(ohif, 'between');
  await demandSegments(ohif, chosen.es, chosen, segmentation, 'end systole');
  await keep(ohif, 'end-systole');
}

async function checkPicture(ohif, { description }, what, name) {
  await ohif.openSeries(description);
  const canvas = await ohif.until(`${what} to be drawn`, async () => {
    const now = await ohif.shown();
    return colouredPixels(now) > 0 && now;
  });
  demandBright(canvas, what);
  await keep(ohif, name);
  say(`${what} is drawn, in colour`);
}

const checkPage = (ohif, { page }) => checkPicture(ohif, page, 'the result page', 'result-page');
const checkWall = (ohif, { wall }) => checkPicture(ohif, wall, 'the page of wall and curves', 'wall-page');
const checkCine = (ohif, { cine }) => checkPicture(ohif, cine, 'the cine of contours', 'contour-cine');

const written = (number) => `${number.name}: ${number.value.toFixed(2)} ${number.unit}`;

async function checkReport(ohif, { report }) {
  await ohif.openSeries(report.description);
  const wanted = report.numbers.find(({ name }) => name === 'LV EF') || report.numbers[0];
  if (options.fault === 'other-number') wanted.value += 1;
  const lines = await ohif.until(`the report to show "${written(wanted)}"`, async () => {
    const all = await ohif.annotations();
    return all.includes(written(wanted)) && all;
  });
  demandBright(await ohif.shown(), 'the image under the report');
  await keep(ohif, 'report');
  const [there, absent] = [true, false].map((shown) =>
    report.numbers.filter((number) => lines.includes(written(number)) === shown)
  );
  say(`the report shows ${there.map(written).join(', ')}`);
  if (absent.length) say(`(OHIF does not write, though they are in it: ${absent.map(written).join(', ')})`);
}

// OHIF shows nothing at all of a report with one group that it cannot draw; it opens such a report on the
// image of the first group, so that is what a technologist sees of it.
async function checkStudyReport(ohif, { studyReport }) {
  const { description, groups } = studyReport;
  demand(groups.length > 0, 'the report on the study holds no measurement group');
  const bare = groups.filter(({ image }) => !image);
  demand(bare.length === 0, `${bare.length} groups of the report on the study have no outline`);
  await ohif.openSeries(description);
  const { tracking, image, numbers } = groups[0];
  const lines = await ohif.until(`the report on the study to show "${written(numbers[0])}"`, async () => {
    const all = await ohif.annotations();
    return all.includes(written(numbers[0])) && all;
  });
  demandBright(await ohif.shown(), 'the image under the report on the study');
  demand((await ohif.state()).image.includes(`/${image}/`), 'the report on the study opens on another image');
  await keep(ohif, 'study-report');
  const kinds = [...new Set(groups.map((group) => group.tracking.split(':')[0]))];
  say(`the report on the study opens on ${tracking}: ${lines.join(', ')}`);
  say(`(${groups.length} groups, of ${kinds.join(', ')})`);
}

function appConfig(folder) {
  if (options.fault !== 'plain-config') return shipped;
  const file = path.join(folder, 'app-config.js');
  fs.writeFileSync(file, fs.readFileSync(shipped, 'utf8').replace('[cineAsStack]', '[]'));
  return file;
}

async function onFreshPage(browser, url, study, name, check) {
  const ohif = await OhifPage.open(browser);
  try {
    await ohif.load(url, study.uid);
    await check(ohif, study);
    demand(ohif.errors.length === 0, 'something broke in the page');
  } catch (error) {
    await keep(ohif, `failed-${name}`).catch(() => {});
    throw new Error([error.message.split('\n')[0], ...ohif.errors].join('; '));
  } finally {
    await ohif.page.close();
  }
}

// It is made after all series of a study ended, a moment after the last of them.
async function waitForStudyReport() {
  const end = Date.now() + REPORT_PATIENCE_MS;
  for (;;) {
    try {
      return await readStudyReport(options.orthanc, options.study);
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

async function checkAll() {
  if (options.pictures) fs.mkdirSync(options.pictures, { recursive: true });
  for (const name of ['ohif', 'modules', 'orthanc']) demand(options[name], `--${name} is missing`);
  const { chromium } = createRequire(path.resolve(options.modules, 'of'))('playwright-core');
  const only = options['study-report'];
  const study = {
    ...(await waitForStudyReport()),
    ...(only ? {} : await readStudy(options.orthanc, options.study)),
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ohif-check-'));
  const server = await startOhif({
    folder: path.join(options.ohif, 'dist'),
    appConfig: appConfig(folder),
    orthanc: options.orthanc,
  });
  let browser;
  try {
    browser = await launch(chromium, process.env.CHROMIUM || '/usr/bin/chromium');
    // Each on a page of its own, so that none depends on what another one left open.
    if (options.fault === 'none') {
      await onFreshPage(browser, server.url, study, 'study-report', checkStudyReport);
    }
    if (only) return study.uid;
    if (options.fault !== 'other-number') {
      await onFreshPage(browser, server.url, study, 'segmentation', checkSegmentation);
      await onFreshPage(browser, server.url, study, 'result-page', checkPage);
      await onFreshPage(browser, server.url, study, 'wall-page', checkWall);
      await onFreshPage(browser, server.url, study, 'contour-cine', checkCine);
    }
    await onFreshPage(browser, server.url, study, 'report', checkReport);
  } finally {
    await browser?.close();
    await server.close();
    fs.rmSync(folder, { recursive: true });
  }
  return study.uid;
}

try {
  const uid = await checkAll();
  const what = options['study-report'] ? 'the report on the study' : 'segmentation, result page and reports';
  console.log(`OHIF shows ${what} of study ${uid} as stored.`);
} catch (error) {
  console.log(`FAILED: ${error.message.split('\n')[0]}`);
  process.exitCode = 1;
}
