// Opens the pages of /cmr/app/ in a browser: light and dark, wide and narrow, with what is in the archive;
// presses their buttons, and lets axe look for what keeps people with a screen reader or a keyboard out.
//
//   check_pages.mjs --orthanc URL --modules FOLDER [--pictures FOLDER] [--study ID]
//
// Ends with 0 or 1.
import { lookAtAPackageThatCannotBeRead, chooseAPackage, lookAtWorkers, lookForEarlierResults, readWhatWasMeasured } from './models_checks.mjs';
import { PATIENCE_MS, SCREENS, archive, checkInBrowser, demand, look, options } from './page_visit.mjs';
import { readTheAuditTrail, scheduleExams, useTheQueue, useTheWorklist } from './queue_checks.mjs';
import { goBackToEarlierRules, lookAtEarlierRulesOnly, lookAtRefusedRules, useTheRules } from './rules_checks.mjs';
import { goFromStudyToStudy, lookAtTheBullseyes, printTheStudy, useTheExplorer, useTheStudy, watchTheStudy } from './study_checks.mjs';

// While the service is starting, pages say so; when it runs they go on by themselves.
async function openWhileItStarts(browser, study) {
  for (const [address, ready] of [['rules.html', '#series option'], ['models.html', '#find'], [`study.html#${study}`, '#series section']]) {
    const page = await browser.newPage({ viewport: SCREENS.wide });
    let isStarting = true;
    await page.route('**/cmr/**', route => {
      const { pathname } = new URL(route.request().url());
      if (!isStarting || pathname.startsWith('/cmr/app/') || pathname === '/cmr/access') return route.continue();
      if (pathname === '/cmr/status') return route.fulfill({ json: { state: 'starting', reason: 'the archive is starting' } });
      return route.fulfill({ status: 503, json: { error: 'the service is starting' } });
    });
    await page.goto(`${options.orthanc}/cmr/app/${address}`);
    await page.waitForSelector('#banner .notice.bad');
    isStarting = false;
    const isThere = await page.waitForSelector(ready, { state: 'attached', timeout: PATIENCE_MS }).then(() => true, () => false);
    demand(isThere && await page.isHidden('#banner .notice.bad'), `${address.split('.')[0]}: goes on by itself when the service has started`);
    await page.close();
  }
}

async function foreignPagesChangeNothing() {
  const answer = await fetch(`${options.orthanc}/cmr/rules/reload`, { method: 'POST', headers: { Origin: 'https://elsewhere' } });
  demand(answer.status === 403, 'a request from a foreign page is refused');
}

await checkInBrowser(async browser => {
  const study = options.study ?? (await archive('/cmr/jobs')).jobs[0].study;
  await scheduleExams(study);
  await useTheQueue(browser);
  await goBackToEarlierRules(browser);
  await lookAtRefusedRules(browser);
  await lookAtEarlierRulesOnly(browser);
  await openWhileItStarts(browser, study);
  await look(browser, 'queue', 'index.html', '#skipped tr, #jobs tr');
  await look(browser, 'study', `study.html#${study}`, '#series section');
  await look(browser, 'rules', 'rules.html', '#series option');
  await look(browser, 'models', 'models.html', '#card h3');
  await look(browser, 'health', 'health.html', '#disk dl');
  await look(browser, 'worklist', 'worklist.html', '#entries tr');
  await look(browser, 'audit', 'audit.html', '#entries tr');
  await useTheWorklist(browser);
  await lookForEarlierResults(browser);
  await lookAtAPackageThatCannotBeRead(browser);
  await readWhatWasMeasured(browser);
  await chooseAPackage(browser);
  await lookAtWorkers(browser);
  await readTheAuditTrail(browser);
  await useTheRules(browser);
  await printTheStudy(browser, study);
  await lookAtTheBullseyes(browser, study);
  await goFromStudyToStudy(browser, study);
  await watchTheStudy(browser, study);
  await useTheExplorer(browser, study);
  await useTheStudy(browser, study);
  await foreignPagesChangeNothing();
});
