// The page about rules: checking, trying, putting into use, and a file that is refused.
import fs from 'node:fs';
import { PATIENCE_MS, SCREENS, archive, demand, demandAccessible, openWide, options, picture } from './page_visit.mjs';

export async function useTheRules(browser) {
  const page = await openWide(browser, 'rules.html', '#series option');
  await page.fill('#text', '{\n"schema": 1,\n"rules": [{"name": "a", "wen": []}]\n}');
  await page.click('#check');
  await page.waitForSelector('#report .notice.bad');
  demand((await page.textContent('#report')).includes('did you mean "when"?'), 'rules: a mistake is named with what was meant');
  await demandAccessible(page, 'rules, with a mistake');
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
  demand(await page.evaluate(() => document.activeElement === document.querySelector('#explained section')), 'rules: and the keyboard is there');
  const tried = await page.$eval('#series', list => list.selectedOptions[0].textContent);
  demand(/^.+, .+: /.test(tried) && (await page.textContent('#explained h3')) === tried, `rules: the series is named with patient and date (${tried})`);
  await demandAccessible(page, 'rules, after a dry run');
  await page.fill('#text', '{"schema": 1, "rules": [{"name": "x", "when": [{"tag": "Modality", "equals": "MR"}, {"tag": "Modality", "equals": "CT"}], "skip": "closed"}]}');
  await page.click('#check');
  await page.waitForFunction(() => document.querySelector('#report').textContent.includes('can never hold: no series meets Modality equals "MR" and Modality equals "CT"'));
  demand((await archive('/cmr/rules')).names.length > 1, 'rules: and the rules in use are what they were');
  await page.close();
}

export async function goBackToEarlierRules(browser) {
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
  await demandAccessible(page, 'rules, after somebody else was faster');
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

// A file that was broken by hand: its mistakes lead into it, not into the rules that hold.
export async function lookAtRefusedRules(browser) {
  const page = await openWide(browser, 'rules.html', '#series option');
  const { file, text } = await archive('/cmr/rules');
  if (!file || !fs.existsSync(file)) return void await page.close(); // the archive is on another machine
  fs.writeFileSync(file, `{\n  "schema": 1,\n  "rules": [\n    {"name": "by hand", "wen": []}\n  ]\n}\n`);
  try {
    await archive('/cmr/rules'); // looks at the file
    await page.waitForSelector('#use li button');
    demand((await page.textContent('#banner')).includes('The rules file is refused'), 'rules: a file that was broken by hand is told of');
    await picture(page, 'rules-refused');
    await demandAccessible(page, 'rules, with a refused file');
    await page.locator('#use li button').first().press('Enter');
    const marked = await page.evaluate(() => {
      const area = document.querySelector('#text');
      return area.value.slice(area.selectionStart, area.selectionEnd);
    });
    demand(marked.includes('"wen"'), `rules: "Show" marks the line of the refused file (${marked})`);
    await page.fill('#text', 'mine');
  } finally {
    fs.writeFileSync(file, text);
  }
  await archive('/cmr/rules');
  await page.waitForFunction(() => document.querySelector('#banner').textContent === '' && !document.querySelector('#use li'));
  demand(await page.inputValue('#text') === 'mine', 'rules: the page goes on by itself when the file is good again, and leaves the text alone');
  fs.writeFileSync(file, '{');
  try {
    await archive('/cmr/rules');
    await page.waitForSelector('#use li');
    await page.fill('#text', text);
    page.once('dialog', dialog => dialog.accept());
    await page.click('#save');
    await page.waitForSelector('#said .notice.good');
    demand(fs.readFileSync(file, 'utf8') === text, 'rules: who says so replaces a file that is refused');
  } finally {
    fs.writeFileSync(file, text);
  }
  await page.close();
}

// Earlier rules where the configuration lets nobody change them here.
export async function lookAtEarlierRulesOnly(browser) {
  const page = await browser.newPage({ viewport: SCREENS.wide });
  const rules = { ...await archive('/cmr/rules'), editable: false };
  await page.route('**/cmr/rules', route => route.fulfill({ json: rules }));
  await page.goto(`${options.orthanc}/cmr/app/rules.html`);
  await page.waitForSelector('#history button');
  await page.locator('#history button').first().click();
  await page.waitForSelector('#said .notice');
  demand((await page.textContent('#said')).includes('(EditRules)') && !await page.isVisible('#save'), 'rules: no button is promised that is not there');
  await page.close();
}
