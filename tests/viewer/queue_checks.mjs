// Queue, worklist and audit trail: their buttons, filters and forms.
import { archive, demand, demandAccessible, look, openWide, options, picture } from './page_visit.mjs';

// A round that began before a text was typed ends after it.
async function filterWhileTheArchiveAnswersSlowly(page) {
  let begin;
  const begun = new Promise(done => { begin = done; });
  let isSlow = true;
  await page.route('**/cmr/jobs?*', async route => {
    if (isSlow) {
      isSlow = false;
      begin();
      await new Promise(done => setTimeout(done, 1500));
    }
    await route.continue();
  });
  await begun;
  await page.fill('#text', 'no such patient anywhere');
  await page.waitForTimeout(1800);
  const rows = await page.locator('#jobs tr').count();
  await page.unroute('**/cmr/jobs?*');
  await page.fill('#text', '');
  await page.waitForFunction(() => document.querySelectorAll('#jobs tr').length > 0);
  return rows === 0;
}

// While the queue is paused nothing becomes of a job but what is pressed.
async function pressWhatJobsHave(page) {
  const { jobs } = await archive('/cmr/jobs?state=done');
  const { id } = jobs.find(job => job.scope === 'series');
  const press = async (name, state) => {
    await page.locator(`#job-${id}`).getByRole('button', { name }).click();
    for (let round = 0; round < 100 && (await archive(`/cmr/jobs/${id}`)).state !== state; ++round) await page.waitForTimeout(100);
    return (await archive(`/cmr/jobs/${id}`)).state === state;
  };
  demand(await press(/^Analyse again/, 'queued'), 'queue: what is done is analysed again');
  demand(await press(/^Cancel/, 'cancelled'), 'queue: what waits is cancelled');
  demand(await press(/^Retry/, 'queued'), 'queue: what was cancelled is queued again');
  return id;
}

// A series that a rule holds back has the button that lets it go.
async function letGoOfAHeldSeries(page) {
  const told = await archive('/cmr/skipped?limit=1');
  const [{ series }] = told.skipped;
  let asked = '';
  await page.route('**/cmr/skipped?*', route => route.fulfill({ json: { ...told, skipped: [{ ...told.skipped[0], reason: 'held: a new scanner' }] } }));
  await page.route('**/cmr/series/*/analyze', route => {
    asked = `${route.request().method()} ${new URL(route.request().url()).pathname}`;
    return route.fulfill({ status: 202, json: { job: '1', created: true, series: [series] } });
  });
  await page.locator(`#skipped-${series}`).getByRole('button', { name: /^Analyse/ }).click();
  await page.waitForSelector('#said .notice.good');
  demand(asked.endsWith(`POST /cmr/series/${series}/analyze`), `queue: a series that is held is let go (${asked})`);
  await page.unroute('**/cmr/skipped?*');
  await page.unroute('**/cmr/series/*/analyze');
}

export async function useTheQueue(browser) {
  const page = await openWide(browser, '', '#jobs tr');
  const all = await page.locator('#jobs tr').count();
  await page.fill('#text', 'no such patient anywhere');
  await page.waitForFunction(() => document.querySelectorAll('#jobs tr').length === 0);
  demand(await page.isVisible('#none'), 'queue: a filter that nothing fits says so');
  await page.fill('#text', '');
  await page.waitForFunction(count => document.querySelectorAll('#jobs tr').length === count, all);
  await page.fill('#text', (await page.textContent('#jobs td.actions button')).toLowerCase());
  await page.waitForTimeout(500);
  demand(await page.locator('#jobs tr').count() === 0, 'queue: the words of buttons are not what is looked for');
  demand(await filterWhileTheArchiveAnswersSlowly(page), 'queue: what is typed last is what is shown, however long the archive takes');
  await page.selectOption('#state', 'cancelled');
  await page.selectOption('#state', '');
  await page.click('#mode');
  await page.waitForSelector('#banner .notice');
  demand((await archive('/cmr/queue')).mode === 'paused', 'queue: it can be paused, and says so');
  const pressed = await pressWhatJobsHave(page);
  await letGoOfAHeldSeries(page);
  await page.click('#mode');
  await page.waitForSelector('#banner .notice', { state: 'detached' });
  demand((await archive('/cmr/queue')).mode === 'running', 'queue: and goes on');
  for (let round = 0; round < 180 && (await archive(`/cmr/jobs/${pressed}`)).state !== 'done'; ++round) await page.waitForTimeout(1000);
  demand((await archive(`/cmr/jobs/${pressed}`)).state === 'done', 'queue: so does the job that was queued again');
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

// Exams, one of them of the study at hand, over REST: what the worklist and the audit trail then show.
export async function scheduleExams(study) {
  const tags = (await archive(`/studies/${study}`));
  const exam = (changes) => ({
    PatientName: 'Doe^Jane', PatientID: '4711', AccessionNumber: 'A2099-17', Modality: 'MR',
    ScheduledStationAETitle: 'MR1', ScheduledProcedureStepStartDate: '20991231', ScheduledProcedureStepStartTime: '0830',
    ScheduledProcedureStepDescription: 'Heart, cine',
    ScheduledProtocolCodeSequence: [{ CodeValue: 'HEART', CodingSchemeDesignator: '99SITE', CodeMeaning: 'Heart' }], ...changes,
  });
  const own = { StudyInstanceUID: tags.MainDicomTags.StudyInstanceUID, PatientID: tags.PatientMainDicomTags.PatientID || 'none', PatientName: tags.PatientMainDicomTags.PatientName || 'Roe^Richard' };
  for (const one of [exam({}), exam({ AccessionNumber: 'A2099-18', ...own }),
    exam({ AccessionNumber: 'A2099-19', PatientName: 'Poe^Edgar', PatientID: '4713', ScheduledProcedureStepDescription: '' })]) {
    await fetch(`${options.orthanc}/cmr/worklist`, { method: 'POST', headers: { 'X-CMR-Request': 'check' }, body: JSON.stringify(one) });
  }
}

export async function useTheWorklist(browser) {
  const page = await openWide(browser, 'worklist.html', '#entries tr');
  const before = await page.locator('#entries tr').count();
  await page.fill('#PatientName', 'Keyboard^Kay');
  for (const [field, value] of [['PatientID', '4799'], ['AccessionNumber', 'A2099-99'], ['ScheduledProcedureStepStartDate', '2099-12-30']]) {
    await page.fill(`#${field}`, value);
  }
  await page.fill('#ScheduledProcedureStepStartTime', '08:30:15');
  await page.fill('#StudyInstanceUID', '1.2.3.4799');
  await page.click('#more-codes');
  const codes = [['HEART', '99SITE', 'Heart'], ['STRESS', '99SITE', 'Stress']];
  for (const [at, code] of codes.entries()) {
    for (const [part, value] of code.entries()) await page.locator('#codes > *').nth(at).locator('input').nth(part).fill(value);
  }
  await page.press('#ScheduledProcedureStepStartDate', 'Enter');
  await page.waitForFunction(count => document.querySelectorAll('#entries tr').length === count + 1, before);
  demand((await page.textContent('#entries')).includes('Keyboard, Kay'), 'worklist: an exam is scheduled by keyboard');
  const said = async () => (await archive('/cmr/worklist')).entries.find(one => one.attributes.PatientID === '4799').attributes;
  const values = list => list.map(code => `${code.CodeValue} ${code.CodingSchemeDesignator} ${code.CodeMeaning}`).join(', ');
  demand(values((await said()).ScheduledProtocolCodeSequence) === codes.map(code => code.join(' ')).join(', ') && (await said()).StudyInstanceUID === '1.2.3.4799', 'worklist: with its protocol codes and its study');
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
  demand(await page.isHidden('#leave') && await page.inputValue('#PatientID') === '' && await page.locator('#codes input').first().inputValue() === '', 'worklist: and changed');
  demand((await said()).ScheduledProtocolCodeSequence.length === 2, 'worklist: its codes stay');
  demand((await said()).ScheduledProcedureStepStartTime === '083015', 'worklist: and its time, to the second');
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
  await picture(page, 'worklist-second');
  await demandAccessible(page, 'worklist, after somebody else was faster');
  await page.click('#leave');
  page.on('dialog', dialog => dialog.accept());
  await row.getByRole('button', { name: /^Delete/ }).press('Enter');
  await page.waitForFunction(count => document.querySelectorAll('#entries tr').length === count, before);
  demand(true, 'worklist: and deleted again');
  await page.close();
}

export async function readTheAuditTrail(browser) {
  const page = await openWide(browser, 'audit.html', '#entries tr');
  await page.selectOption('#kind', 'queue');
  await page.waitForFunction(() => [...document.querySelectorAll('#entries tr')].every(row => /The queue|Days looked at again/.test(row.textContent)));
  demand((await page.textContent('#entries')).includes('mode paused'), 'audit: the pause of before is on record');
  await page.fill('#user', 'nobody of this name');
  await page.press('#user', 'Enter');
  await page.waitForSelector('#none', { state: 'visible' });
  demand(true, 'audit: asks for the changes of one user');
  await page.fill('#user', '');
  await page.selectOption('#kind', 'worklist');
  await page.waitForFunction(() => document.querySelectorAll('#entries tr').length > 1 && !document.querySelector('#entries').textContent.includes('The queue'));
  const rows = await page.locator('#entries tr').count();
  await page.locator('#entries button').last().press('Enter');
  await page.waitForFunction(before => { const now = document.querySelectorAll('#entries tr').length; return now > 0 && now < before; }, rows);
  demand((await page.textContent('#about')).includes('done to exam') && await page.evaluate(() => document.activeElement.id === 'all'), 'audit: shows what was done to one exam, and the keyboard leads back');
  await picture(page, 'audit-one');
  await demandAccessible(page, 'audit, of one exam');
  await page.press('#all', 'Enter');
  await page.waitForFunction(before => document.querySelectorAll('#entries tr').length === before, rows);
  const link = await page.getAttribute('#entries a', 'href');
  demand(link === 'worklist.html', `audit: leads to what was changed, here ${link}`);
  await page.close();
}
