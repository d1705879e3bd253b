// What all checks of the pages share: the archive that is looked at, a browser's view of it, and what was found.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

export const { values: options } = parseArgs({
  options: {
    orthanc: { type: 'string' },
    modules: { type: 'string' }, // node_modules with playwright-core and axe-core
    pictures: { type: 'string' },
    study: { type: 'string' }, // Orthanc's identifier; else that of the newest job
  },
});
const require = createRequire(path.resolve(options.modules, 'x.js'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const SCREENS = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } };
const THEMES = ['light', 'dark'];
const EVERY_LOOK = Object.keys(SCREENS).flatMap(screen => THEMES.map(theme => [screen, theme]));
export const PATIENCE_MS = 30_000;
let failures = 0;

export function demand(holds, sentence) {
  console.log(`  ${holds ? 'ok    ' : 'FAILED'} ${sentence}`);
  if (!holds) ++failures;
}

// user: {username, password} of Orthanc; left out: nobody is asked for one.
export async function archive(address, user) {
  const headers = user ? { Authorization: `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}` } : {};
  const answer = await fetch(options.orthanc + address, { headers });
  return answer.json();
}

export async function picture(page, name) {
  if (options.pictures) await page.screenshot({ path: path.join(options.pictures, `${name}.png`), fullPage: true });
}

// Ends the process: with 0 when nothing failed.
export async function checkInBrowser(work) {
  if (options.pictures) fs.mkdirSync(options.pictures, { recursive: true });
  // Chromium refuses its sandbox to root.
  const sandbox = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
    args: ['--disable-background-networking', '--disable-gpu', ...sandbox],
  });
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
  console.log(failures === 0 ? 'all is well' : `${failures} FAILED`);
  process.exit(failures === 0 ? 0 : 1);
}

// axe has nothing to say of the page as it is now.
export async function demandAccessible(page, what) {
  // Outside of the page's own world: the pages allow no script but their own.
  const client = await page.context().newCDPSession(page);
  await client.send('Runtime.evaluate', { expression: axe });
  const { result } = await client.send('Runtime.evaluate', {
    expression: "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })"
      + '.then(found => JSON.stringify(found.violations.map(v => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)}`)))',
    awaitPromise: true,
  });
  const violations = JSON.parse(result.value);
  demand(violations.length === 0, `${what}: axe finds nothing ${violations.join('; ')}`);
}

// One page on one screen: it is there, nothing sticks out, nothing failed, axe has nothing to say.
export async function look(browser, name, address, ready, user = undefined, looks = EVERY_LOOK) {
  for (const [screen, theme] of looks) {
    const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme: theme, httpCredentials: user });
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', error => errors.push(String(error)));
    page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
    page.on('requestfailed', request => errors.push(`${request.url()} failed`));
    page.on('request', request => {
      if (!request.url().startsWith(options.orthanc)) errors.push(`asked elsewhere: ${request.url()}`);
    });
    await page.goto(`${options.orthanc}/cmr/app/${address}`);
    await page.waitForSelector(ready, { state: 'attached', timeout: PATIENCE_MS });
    await page.waitForLoadState('networkidle');
    const what = `${name}, ${screen}, ${theme}`;
    demand(errors.length === 0, `${what}: no error in the page ${errors.join('; ')}`);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    demand(excess <= 0, `${what}: as wide as the screen (${excess} pixels more)`);
    const used = await page.evaluate(() => document.documentElement.dataset.theme);
    demand(used === theme, `${what}: follows the system's look`);
    await demandAccessible(page, what);
    await picture(page, `${name}-${screen}-${theme}`);
    await context.close();
  }
}

// Buttons are pressed on such a page.
export async function openWide(browser, address, ready, user = undefined) {
  const page = await browser.newPage({ viewport: SCREENS.wide, httpCredentials: user });
  await page.goto(`${options.orthanc}/cmr/app/${address}`);
  await page.waitForSelector(ready, { state: 'attached', timeout: PATIENCE_MS });
  return page;
}
