// The pages about models and health: packages, the choice among them, earlier results, workers.
import { PATIENCE_MS, SCREENS, archive, demand, openWide, options, picture } from './page_visit.mjs';

export async function lookForEarlierResults(browser) {
  const page = await openWide(browser, 'models.html', '#find');
  await page.click('#find');
  await page.waitForFunction(() => document.querySelector('#outdated').textContent !== '');
  demand((await page.textContent('#outdated')).includes('No result is of a package'), 'models: no result is of a package that is gone');
  demand(!await page.isVisible('#again'), 'models: so there is nothing to ask for again');
  await page.close();
}

// With a second package that the configuration names.
export async function chooseAPackage(browser) {
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
  await picture(page, 'models-chosen');
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

// Half copied: nobody can read what it is, and somebody has to switch away from it.
export async function lookAtAPackageThatCannotBeRead(browser) {
  const page = await browser.newPage({ viewport: SCREENS.wide });
  const broken = new Set(['/cmr/package']);
  await page.route(url => broken.has(url.pathname), route => route.fulfill({ status: 500, json: { error: 'the model package has no readable manifest.json' } }));
  const isThere = selector => page.waitForSelector(selector, { timeout: PATIENCE_MS }).then(() => true, () => false);
  await page.goto(`${options.orthanc}/cmr/app/models.html`);
  const choice = (await archive('/cmr/status')).packages.length > 0 ? '#choose' : '#choice .quiet';
  demand(await isThere(choice) && await isThere('#find') && await isThere('#backfill'), 'models: the choice and earlier results are there whatever a package is like');
  demand(await isThere('#package .notice.bad') && (await page.textContent('#package')).includes('no readable manifest.json'), 'models: its sheet says that it cannot be read');
  await picture(page, 'models-unreadable');
  broken.clear();
  demand(await isThere('#heads tbody tr'), 'models: and shows it as soon as it can');
  await page.close();
}

export async function readWhatWasMeasured(browser) {
  const page = await openWide(browser, 'models.html', '#metrics details');
  const { manifest } = await archive('/cmr/package');
  const [set, found] = Object.entries(manifest.heads.seg_cine_sax.measured.real)[0];
  const row = page.locator('#metrics tr', { hasText: set }).filter({ hasText: 'Dice' }).first();
  const dice = String(Object.values(found).find(one => one.dice_mean).dice_mean);
  demand(await row.isVisible() && (await row.textContent()).includes(`Dice ${dice}`), `models: what was measured on patients of the test stands open (Dice ${dice})`);
  await page.locator('details:has(> #card) > summary').click();
  demand(await page.locator('#card h3').first().isVisible(), 'models: the card is a click away');
  const second = page.locator('#package-second');
  if (await second.count() > 0) {
    await second.locator('summary', { hasText: 'What was measured' }).click();
    demand(await second.locator('tr', { hasText: set }).first().isVisible(), 'models: of the other packages, too');
    await second.locator('summary', { hasText: 'Model card' }).click();
    demand(await second.locator('h4').first().isVisible(), 'models: with their cards');
    await picture(page, 'models-second');
  }
  await page.close();
}

// As a machine with two GPUs tells of its workers.
export async function lookAtWorkers(browser) {
  const status = await archive('/cmr/status');
  const worker = { ...status.worker, running: true, ready: true, lastFailure: '' };
  status.workers = [
    { ...worker, slot: 1, state: 'busy', job: '1f3a9c20-aaaa', gpu: 'GPU-0', deviceName: 'NVIDIA H100 80GB HBM3', deviceMemoryBytes: 85e9, deviceMemoryUsedBytes: 12e9, batch: { size: 16, halvings: 1 } },
    { ...worker, slot: 2, programVersion: '0.0.1', state: 'stopped', running: false, ready: false, job: '', gpu: 'GPU-1', batch: null },
  ];
  const page = await browser.newPage({ viewport: SCREENS.wide });
  await page.route('**/cmr/status', route => route.fulfill({ json: status }));
  await page.goto(`${options.orthanc}/cmr/app/health.html`);
  await page.waitForSelector('#workers tbody tr');
  const table = await page.innerText('#workers');
  demand(['Worker 1', 'Worker 2', 'in analysis', '1f3a9c20', 'GPU-0 · NVIDIA H100 80GB HBM3', '11.2 GiB of 79.2 GiB', '16, halved once', 'starts with the next job'].every(text => table.includes(text)), 'health: a row for every worker, with its GPU');
  demand(!table.includes('Last failure'), 'health: and no column of which nobody has anything');
  demand((await page.innerText('#versions')).includes('0.0.1 not that of the plugin'), 'health: a worker of another version is told of');
  demand(/LibTorch \d.*DCMTK \d/.test(await page.innerText('#versions')), 'health: says with which libraries is computed');
  await picture(page, 'health-workers');
  await page.close();
}
