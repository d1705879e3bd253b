// The study's page, live, from study to study and on paper, and the buttons of Orthanc Explorer that lead there.
import { PATIENCE_MS, SCREENS, archive, demand, openWide, options, picture } from './page_visit.mjs';

export async function useTheStudy(browser, study) {
  const page = await openWide(browser, `study.html#${study}`, '#series section');
  const before = (await archive('/cmr/jobs')).jobs.length;
  await page.click('#series details summary');
  demand(await page.locator('#series details[open] details[open] .clauses li').first().isVisible(), 'study: a series says why, clause by clause');
  demand(/Its pictures look like: sequence cine \(probability [01]\.\d\d, as its header says\)/.test(await page.textContent('#series')), 'study: a series says what its pictures look like');
  const button = page.locator('#series button', { hasText: 'Analyse' }).first();
  await button.click();
  await page.waitForSelector('#said .notice.good');
  demand((await archive('/cmr/jobs')).jobs.length === before, 'study: analysing again is the same job');
  await page.close();
}

// What is drawn, as far as it differs between studies.
const places = ['#patient', '#about', '#summary', '#results', '#series'];

// An address that is edited, or the way back, while the archive still tells of the study before.
export async function goFromStudyToStudy(browser, study) {
  const other = (await archive('/studies')).find(id => id !== study);
  const page = await openWide(browser, `study.html#${other}`, '#series > *');
  const mine = await page.textContent('#patient');
  await page.route(`**/cmr/studies/${study}`, async route => {
    await new Promise(done => setTimeout(done, 2500));
    await route.continue();
  });
  await page.evaluate(id => { location.hash = id; }, study);
  await page.waitForRequest(`**/cmr/studies/${study}`);
  await page.evaluate(id => { location.hash = id; }, other);
  await page.waitForFunction(name => document.querySelector('#patient').textContent === name && document.querySelector('#series > *'), mine);
  await page.waitForTimeout(3000);
  const sheets = await page.locator('#results section').count();
  demand(await page.textContent('#patient') === mine && sheets === 0, 'study: nothing of a study is drawn below the name of another');
  // And where nothing can be told of the next one.
  await page.unroute(`**/cmr/studies/${study}`);
  await page.evaluate(id => { location.hash = id; }, study);
  await page.waitForSelector('#results section');
  await page.evaluate(() => { location.hash = 'none'; });
  await page.waitForSelector('#said .notice.bad');
  const left = await Promise.all(places.map(place => page.textContent(place)));
  demand(left.join('') === 'Study', `study: an address that leads nowhere leaves nothing of the one before (${left.join('').slice(0, 60)})`);
  await page.close();
}

// While its job runs: as the archive would tell of it.
export async function watchTheStudy(browser, study) {
  const { jobs } = await archive(`/cmr/jobs?study=${study}`);
  const mine = jobs.find(job => job.scope === 'series');
  const { id } = mine;
  const running = { ...mine, state: 'leased', progress: 0.3, stage: 'segmenting', hasResults: false };
  let told = jobs.map(job => (job.id === id ? running : job));
  const page = await browser.newPage({ viewport: SCREENS.wide });
  await page.route('**/cmr/jobs?study=*', route => route.fulfill({ json: { jobs: told } }));
  await page.goto(`${options.orthanc}/cmr/app/study.html#${study}`);
  await page.waitForSelector('#series progress');
  demand(await page.$eval('#series progress', bar => bar.value) === 0.3 && (await page.textContent('#series')).includes('segmenting'), 'study: shows how far a job is');
  await picture(page, 'study-running');
  const sheet = page.locator('#series section', { has: page.locator('progress') });
  await sheet.locator('summary').first().click();
  await sheet.locator('summary').first().focus();
  told = told.map(job => (job.id === id ? { ...running, progress: 0.6 } : job));
  await page.waitForFunction(() => document.querySelector('#series progress')?.value === 0.6);
  demand(await page.evaluate(() => document.activeElement.tagName === 'SUMMARY' && document.activeElement.parentElement.open), 'study: what is folded out stays so, and the keyboard stays there');
  await page.focus('#viewers a');
  told = jobs;
  await page.waitForSelector('#results section');
  demand(await page.evaluate(() => document.activeElement.parentElement.id === 'viewers'), 'study: the keyboard stays at what does not change');
  demand(await page.locator('#series progress').count() === 0, 'study: and its result by itself when it is there');
  await page.close();
}

export async function lookAtTheBullseyes(browser, study) {
  const page = await openWide(browser, `study.html#${study}`, '#results img');
  const pictures = await page.$$eval('#results section:first-child img', images => Promise.all(images.map(async image => {
    await image.decode();
    return `${image.alt.split(':')[0]} ${image.naturalWidth}`;
  })));
  demand(pictures.join(', ') === 'Result page 1600, Second page 1600', `study: the page of contours and that of bullseyes and curves are shown (${pictures.join(', ')})`);
  await page.close();
}

// From a dark screen as from a light one.
export async function printTheStudy(browser, study) {
  const context = await browser.newContext({ viewport: SCREENS.wide, colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(`${options.orthanc}/cmr/app/study.html#${study}`);
  await page.waitForSelector('#series section', { state: 'attached', timeout: PATIENCE_MS });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const [text, ground] = await page.evaluate(() => ['--text', '--sheet'].map(name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()));
  demand(text === '#222222' && ground === '#ffffff', `study: on paper it is dark on white, whatever the screen is (${text} on ${ground})`);
  await context.close();
}

export async function useTheExplorer(browser, study) {
  const page = await browser.newPage({ viewport: SCREENS.wide });
  await page.goto(`${options.orthanc}/app/explorer.html#study?uuid=${study}`);
  const button = page.locator('#cmr-study');
  await button.waitFor({ timeout: PATIENCE_MS });
  const [opened] = await Promise.all([page.waitForEvent('popup'), button.click()]);
  await opened.waitForSelector('#series section', { timeout: PATIENCE_MS });
  demand(opened.url().endsWith(`/cmr/app/study.html#${study}`), 'explorer: its button opens the study here');
  await picture(page, 'explorer');
  await page.close();
  const series = (await archive(`/studies/${study}`)).Series[0];
  const second = await browser.newPage({ viewport: SCREENS.wide });
  await second.goto(`${options.orthanc}/app/explorer.html#series?uuid=${series}`);
  const other = second.locator('#cmr-series');
  await other.waitFor({ timeout: PATIENCE_MS });
  const [its] = await Promise.all([second.waitForEvent('popup'), other.click()]);
  await its.waitForSelector('#series section', { timeout: PATIENCE_MS });
  demand(its.url().endsWith(`/cmr/app/study.html#${series}`) && await its.locator(`#series-${series}`).count() === 1, 'explorer: the button of a series opens its study');
  await second.close();
}
