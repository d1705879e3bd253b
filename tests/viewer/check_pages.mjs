// Opens the pages of /cmr/app/ in a browser: light and dark, wide and narrow, with what is in the archive;
// presses their buttons, and lets axe look for what keeps people with a screen reader or a keyboard out.
//
//   check_pages.mjs --orthanc URL --modules FOLDER [--pictures FOLDER] [--study ID]
//
// Ends with 0 or 1.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
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

const SCREENS = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } };
const THEMES = ['light', 'dark'];
const PATIENCE_MS = 30_000;
let failures = 0;

function demand(holds, sentence) {
  console.log(`  ${holds ? 'ok    ' : 'FAILED'} ${sentence}`);
  if (!holds) ++failures;
}

async function archive(address) {
  const answer = await fetch(options.orthanc + address);
  return answer.json();
}

// One page on one screen: it is there, nothing sticks out, nothing failed, axe has nothing to say.
async function look(browser, name, address, ready) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    for (const theme of THEMES) {
      const context = await browser.newContext({ viewport, colorScheme: theme });
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
      // Outside of the page's own world: the pages allow no script but their own.
      const client = await context.newCDPSession(page);
      await client.send('Runtime.evaluate', { expression: axe });
      const { result } = await client.send('Runtime.evaluate', {
        expression: "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })"
          + '.then(found => JSON.stringify(found.violations.map(v => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)}`)))',
        awaitPromise: true,
      });
      const violations = JSON.parse(result.value);
      demand(violations.length === 0, `${what}: axe finds nothing ${violations.join('; ')}`);
      if (options.pictures) {
        await page.screenshot({ path: path.join(options.pictures, `${name}-${screen}-${theme}.png`), fullPage: true });
      }
      await context.close();
    }
  }
}

async function openWide(browser, address, ready) {
  const page = await browser.newPage({ viewport: SCREENS.wide });
  await page.goto(`${options.orthanc}/cmr/app/${address}`);
  await page.waitForSelector(ready, { state: 'attached', timeout: PATIENCE_MS });
  return page;
}

async function useTheQueue(browser) {
  const page = await openWide(browser, '', '#jobs tr');
  const all = await page.locator('#jobs tr').count();
  await page.fill('#text', 'no such patient anywhere');
  await page.waitForFunction(() => document.querySelectorAll('#jobs tr').length === 0);
  demand(await page.isVisible('#none'), 'queue: a filter that nothing fits says so');
  await page.fill('#text', '');
  await page.waitForFunction(count => document.querySelectorAll('#jobs tr').length === count, all);
  await page.selectOption('#state', 'cancelled');
  await page.selectOption('#state', '');
  await page.click('#mode');
  await page.waitForSelector('#banner .notice');
  demand((await archive('/cmr/queue')).mode === 'paused', 'queue: it can be paused, and says so');
  await page.click('#mode');
  await page.waitForSelector('#banner .notice', { state: 'detached' });
  demand((await archive('/cmr/queue')).mode === 'running', 'queue: and goes on');
  // A row that is drawn anew leaves the keyboard where it was.
  const kept = await page.evaluate(async () => {
    const button = document.querySelector('#jobs button');
    button.focus();
    const name = button.getAttribute('aria-label');
    const row = button.closest('tr');
    row.querySelector('td').textContent = 'changed';
    for (let round = 0; row.isConnected && round < 100; ++round) await new Promise(done => setTimeout(done, 100));
    return !row.isConnected && document.activeElement.getAttribute('aria-label') === name;
  });
  demand(kept, 'queue: the keyboard stays in a row that changes');
  // By keyboard alone: the first stop leads past the bar.
  await page.reload();
  await page.keyboard.press('Tab');
  demand(await page.evaluate(() => document.activeElement.className === 'jump'), 'queue: the first key leads to the content');
  await page.click('#theme');
  const theme = await page.evaluate(() => document.documentElement.dataset.theme);
  await page.reload();
  demand(await page.evaluate(() => document.documentElement.dataset.theme) === theme, 'queue: the chosen look is kept');
  await page.close();
}

async function useTheRules(browser) {
  const page = await openWide(browser, 'rules.html', '#series option');
  await page.fill('#text', '{\n"schema": 1,\n"rules": [{"name": "a", "wen": []}]\n}');
  await page.click('#check');
  await page.waitForSelector('#report .notice.bad');
  demand((await page.textContent('#report')).includes('did you mean "when"?'), 'rules: a mistake is named with what was meant');
  demand((await page.textContent('#report')).includes('line 3'), 'rules: and with its line');
  await page.click('#report button');
  demand(await page.evaluate(() => {
    const area = document.querySelector('#text');
    return area.value.slice(area.selectionStart, area.selectionEnd).includes('wen');
  }), 'rules: "Show" marks that line');
  await page.fill('#text', '{"schema": 1, "rules": [{"name": "nothing today", "when": [], "skip": "closed"}]}');
  await page.click('#run');
  await page.waitForSelector('#explained section');
  demand((await page.textContent('#explained')).includes('skipped by rule "nothing today": closed'), 'rules: a dry run says what would become of the series');
  demand((await archive('/cmr/rules')).names.length > 1, 'rules: and the rules in use are what they were');
  await page.close();
}

async function useTheStudy(browser, study) {
  const page = await openWide(browser, `study.html#${study}`, '#series section');
  const before = (await archive('/cmr/jobs')).jobs.length;
  await page.click('#series details summary');
  demand(await page.locator('#series details[open] details[open] .clauses li').first().isVisible(), 'study: a series says why, clause by clause');
  const button = page.locator('#series button', { hasText: 'Analyse' }).first();
  await button.click();
  await page.waitForSelector('#said .notice.good');
  demand((await archive('/cmr/jobs')).jobs.length === before, 'study: analysing again is the same job');
  await page.close();
}

// From a dark screen as from a light one.
async function printTheStudy(browser, study) {
  const context = await browser.newContext({ viewport: SCREENS.wide, colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(`${options.orthanc}/cmr/app/study.html#${study}`);
  await page.waitForSelector('#series section', { state: 'attached', timeout: PATIENCE_MS });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const [text, ground] = await page.evaluate(() => ['--text', '--sheet'].map(name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()));
  demand(text === '#222222' && ground === '#ffffff', `study: on paper it is dark on white, whatever the screen is (${text} on ${ground})`);
  await context.close();
}

async function useTheExplorer(browser, study) {
  const page = await browser.newPage({ viewport: SCREENS.wide });
  await page.goto(`${options.orthanc}/app/explorer.html#study?uuid=${study}`);
  const button = page.locator('#cmr-study');
  await button.waitFor({ timeout: PATIENCE_MS });
  const [opened] = await Promise.all([page.waitForEvent('popup'), button.click()]);
  await opened.waitForSelector('#series section', { timeout: PATIENCE_MS });
  demand(opened.url().endsWith(`/cmr/app/study.html#${study}`), 'explorer: its button opens the study here');
  if (options.pictures) await page.screenshot({ path: path.join(options.pictures, 'explorer.png') });
  await page.close();
}

// Exams, one of them of the study at hand, over REST: what the worklist and the audit trail then show.
async function scheduleExams(study) {
  const tags = (await archive(`/studies/${study}`));
  const exam = (changes) => ({
    PatientName: 'Doe^Jane', PatientID: '4711', AccessionNumber: 'A2099-17', Modality: 'MR',
    ScheduledStationAETitle: 'MR1', ScheduledProcedureStepStartDate: '20991231', ScheduledProcedureStepStartTime: '0830',
    ScheduledProcedureStepDescription: 'Heart, cine',
    ScheduledProtocolCodeSequence: [{ CodeValue: 'HEART', CodingSchemeDesignator: '99SITE', CodeMeaning: 'Heart' }], ...changes,
  });
  const own = { StudyInstanceUID: tags.MainDicomTags.StudyInstanceUID, PatientID: tags.PatientMainDicomTags.PatientID || 'none' };
  for (const one of [exam({}), exam({ AccessionNumber: 'A2099-18', PatientName: 'Roe^Richard', PatientID: '4712', ...own }),
    exam({ AccessionNumber: 'A2099-19', PatientName: 'Poe^Edgar', PatientID: '4713', ScheduledProcedureStepDescription: '' })]) {
    await fetch(`${options.orthanc}/cmr/worklist`, { method: 'POST', headers: { 'X-CMR-Request': 'check' }, body: JSON.stringify(one) });
  }
}

async function useTheWorklist(browser) {
  const page = await openWide(browser, 'worklist.html', '#entries tr');
  const before = await page.locator('#entries tr').count();
  await page.fill('#PatientName', 'Keyboard^Kay');
  for (const [field, value] of [['PatientID', '4799'], ['AccessionNumber', 'A2099-99'], ['ScheduledProcedureStepStartDate', '2099-12-30']]) {
    await page.fill(`#${field}`, value);
  }
  await page.press('#ScheduledProcedureStepStartDate', 'Enter');
  await page.waitForFunction(count => document.querySelectorAll('#entries tr').length === count + 1, before);
  demand((await page.textContent('#entries')).includes('Keyboard, Kay'), 'worklist: an exam is scheduled by keyboard');
  const row = page.locator('#entries tr', { hasText: 'Keyboard' });
  const change = async station => {
    await row.getByRole('button', { name: /^Change/ }).press('Enter');
    await page.fill('#ScheduledStationAETitle', station);
  };
  await change('MR7');
  const ground = field => page.$eval(field, input => getComputedStyle(input).backgroundColor);
  demand(await ground('#PatientID') !== await ground('#PatientName') && await page.isVisible('#stays'), 'worklist: what stays looks so, and the page says why');
  await page.press('#ScheduledStationAETitle', 'Enter');
  await page.waitForFunction(() => document.querySelector('#entries').textContent.includes('MR7'));
  demand(await page.isHidden('#leave') && await page.inputValue('#PatientID') === '', 'worklist: and changed');
  // Somebody else is faster: this page is told, shows what is there now, and keeps what was typed.
  const entry = (await archive('/cmr/worklist')).entries.find(one => one.attributes.PatientID === '4799');
  await change('MR8');
  const answer = await fetch(`${options.orthanc}/cmr/worklist/${entry.id}`, { method: 'PUT', headers: { 'If-Match': entry.version, 'X-CMR-Request': 'check' },
    body: JSON.stringify({ ...entry.attributes, ScheduledStationAETitle: 'MR9' }) });
  demand(answer.ok, 'worklist: somebody else changes it');
  await page.press('#ScheduledStationAETitle', 'Enter');
  await page.waitForSelector('#said .notice.bad');
  demand((await page.textContent('#said')).includes('somebody else changed this exam meanwhile'), 'worklist: who is second is told');
  demand((await row.textContent()).includes('MR9') && await page.inputValue('#ScheduledStationAETitle') === 'MR8', 'worklist: sees what is there now, and keeps what was typed');
  if (options.pictures) await page.screenshot({ path: path.join(options.pictures, 'worklist-second.png'), fullPage: true });
  await page.click('#leave');
  page.on('dialog', dialog => dialog.accept());
  await row.getByRole('button', { name: /^Delete/ }).press('Enter');
  await page.waitForFunction(count => document.querySelectorAll('#entries tr').length === count, before);
  demand(true, 'worklist: and deleted again');
  await page.close();
}

async function goBackToEarlierRules(browser) {
  const page = await openWide(browser, 'rules.html', '#series option');
  if (!await page.isVisible('#save')) return void await page.close();
  const text = await page.inputValue('#text');
  const hash = (await archive('/cmr/rules')).sha256;
  await page.fill('#text', text.trimEnd() + '\n// looked at by pages.sh\n');
  await page.click('#save');
  await page.waitForSelector('#said .notice.good');
  demand((await archive('/cmr/rules')).sha256 !== hash, 'rules: others are put into use');
  await page.locator('#history button').nth(1).press('Enter');
  await page.waitForFunction(() => !document.querySelector('#text').value.includes('looked at by'));
  const versions = await page.locator('#history li').count();
  await page.click('#save');
  await page.waitForFunction(before => document.querySelectorAll('#history li').length > before, versions);
  demand((await archive('/cmr/rules')).sha256 === hash, 'rules: and the earlier ones again');
  // Somebody else was faster: this page is told, and goes on from what is there.
  await page.waitForSelector('#said .notice.good');
  const answer = await fetch(`${options.orthanc}/cmr/rules`, { method: 'PUT', headers: { 'If-Match': hash, 'X-CMR-Request': 'check' }, body: text.trimEnd() + '\n// by somebody else\n' });
  demand(answer.ok, 'rules: somebody else puts others into use');
  await page.click('#save');
  await page.waitForSelector('#said .notice.bad');
  demand((await page.textContent('#said')).includes('somebody else changed the rules meanwhile'), 'rules: who is second is told');
  await page.locator('#restore').press('Enter');
  await page.waitForFunction(() => document.querySelector('#text').value.includes('by somebody else'));
  const kept = await page.waitForFunction(() => document.activeElement.id === 'restore', null, { timeout: PATIENCE_MS }).then(() => true, () => false);
  demand(kept, 'rules: sees what is there now, and keeps the keyboard');
  await page.fill('#text', text);
  await page.click('#save');
  await page.waitForSelector('#said .notice.good');
  demand((await archive('/cmr/rules')).sha256 === hash, 'rules: and goes on from it');
  await page.close();
}

async function lookForEarlierResults(browser) {
  const page = await openWide(browser, 'models.html', '#find');
  await page.click('#find');
  await page.waitForFunction(() => document.querySelector('#outdated').textContent !== '');
  demand((await page.textContent('#outdated')).includes('No result is of a package'), 'models: no result is of a package that is gone');
  demand(!await page.isVisible('#again'), 'models: so there is nothing to ask for again');
  await page.close();
}

// With a second package that the configuration names.
async function chooseAPackage(browser) {
  const page = await openWide(browser, 'models.html', '#find');
  if (!await page.isVisible('#choose')) return void await page.close();
  page.on('dialog', dialog => dialog.accept());
  const inUse = async () => (await archive('/cmr/status')).defaultPackage.inUse;
  const said = async text => page.waitForFunction(wanted => document.querySelector('#said').textContent.includes(wanted), text);
  await page.selectOption('#chosen', 'second');
  await page.press('#choose', 'Enter');
  await said('New analyses use the package "second"');
  demand(await inUse() === 'second', 'models: another package is chosen, by keyboard');
  demand((await page.textContent('#choice')).includes('second, by somebody without a name'), 'models: and the page says by whom');
  demand(await page.evaluate(() => document.activeElement.id === 'choose'), 'models: the keyboard stays');
  if (options.pictures) await page.screenshot({ path: path.join(options.pictures, 'models-chosen.png'), fullPage: true });
  await page.click('#find');
  await page.waitForFunction(() => document.querySelector('#outdated').textContent !== '');
  demand(/\d+ acquisitions? (was|were) last analysed/.test(await page.textContent('#outdated')), 'models: what the other one analysed is found');
  // Somebody else is faster: this page is told, and shows what is chosen now.
  const answer = await fetch(`${options.orthanc}/cmr/models/default`, { method: 'DELETE', headers: { 'X-CMR-Request': 'check' } });
  demand(answer.ok && await inUse() === null, 'models: somebody else goes back');
  await page.press('#choose', 'Enter');
  await page.waitForSelector('#said .notice.bad');
  demand((await page.textContent('#said')).includes('somebody else chose meanwhile'), 'models: who is second is told');
  demand(await page.inputValue('#chosen') === '' && await inUse() === null, 'models: sees what is there now, and nothing is changed');
  await page.fill('#from', '1900-01-01');
  await page.fill('#to', '2099-12-31');
  await page.press('#to', 'Enter');
  await said('series of these days are looked at again');
  demand(true, 'models: series of some days are looked at again');
  await page.close();
}

// As a machine with two GPUs tells of its workers.
async function lookAtWorkers(browser) {
  const status = await archive('/cmr/status');
  const worker = { ...status.worker, running: true, ready: true, lastFailure: '' };
  status.workers = [
    { ...worker, slot: 0, state: 'busy', job: '1f3a9c20-aaaa', gpu: 'GPU-0', deviceName: 'NVIDIA H100 80GB HBM3', deviceMemoryBytes: 85e9, deviceMemoryUsedBytes: 12e9, batch: { size: 16, halvings: 1 } },
    { ...worker, slot: 1, state: 'stopped', running: false, ready: false, job: '', gpu: 'GPU-1', batch: null },
  ];
  const page = await browser.newPage({ viewport: SCREENS.wide });
  await page.route('**/cmr/status', route => route.fulfill({ json: status }));
  await page.goto(`${options.orthanc}/cmr/app/health.html`);
  await page.waitForSelector('#workers tbody tr');
  const table = await page.innerText('#workers');
  demand(['Worker 0', 'in analysis', '1f3a9c20', 'GPU-0 · NVIDIA H100 80GB HBM3', '11.2 GiB of 79.2 GiB', '16, halved once', 'starts with the next job'].every(text => table.includes(text)), 'health: a row for every worker, with its GPU');
  demand(!table.includes('Last failure'), 'health: and no column of which nobody has anything');
  if (options.pictures) await page.screenshot({ path: path.join(options.pictures, 'health-workers.png'), fullPage: true });
  await page.close();
}

async function readTheAuditTrail(browser) {
  const page = await openWide(browser, 'audit.html', '#entries tr');
  await page.selectOption('#kind', 'queue');
  await page.waitForFunction(() => [...document.querySelectorAll('#entries tr')].every(row => /The queue|Days looked at again/.test(row.textContent)));
  demand((await page.textContent('#entries')).includes('mode paused'), 'audit: the pause of before is on record');
  await page.close();
}

async function foreignPagesChangeNothing() {
  const answer = await fetch(`${options.orthanc}/cmr/rules/reload`, { method: 'POST', headers: { Origin: 'https://elsewhere' } });
  demand(answer.status === 403, 'a request from a foreign page is refused');
}

if (options.pictures) fs.mkdirSync(options.pictures, { recursive: true });
// Chromium refuses its sandbox to root.
const sandbox = process.getuid() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--disable-background-networking', '--disable-gpu', ...sandbox],
});
try {
  const study = options.study ?? (await archive('/cmr/jobs')).jobs[0].study;
  await scheduleExams(study);
  await useTheQueue(browser);
  await goBackToEarlierRules(browser);
  await look(browser, 'queue', 'index.html', '#skipped tr, #jobs tr');
  await look(browser, 'study', `study.html#${study}`, '#series section');
  await look(browser, 'rules', 'rules.html', '#series option');
  await look(browser, 'models', 'models.html', '#card h3');
  await look(browser, 'health', 'health.html', '#disk dl');
  await look(browser, 'worklist', 'worklist.html', '#entries tr');
  await look(browser, 'audit', 'audit.html', '#entries tr');
  await useTheWorklist(browser);
  await lookForEarlierResults(browser);
  await chooseAPackage(browser);
  await lookAtWorkers(browser);
  await readTheAuditTrail(browser);
  await useTheRules(browser);
  await printTheStudy(browser, study);
  await useTheExplorer(browser, study);
  await useTheStudy(browser, study);
  await foreignPagesChangeNothing();
} finally {
  await browser.close();
}
console.log(failures === 0 ? 'all is well' : `${failures} FAILED`);
process.exit(failures === 0 ? 0 : 1);
