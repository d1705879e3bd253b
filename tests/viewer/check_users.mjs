// Opens the pages of /cmr/app/ as somebody who may not do everything: as viewer and as operator, whom Orthanc asks
// for their passwords. What they may not do is dimmed, with a sentence that says why; the rest works.
//
//   check_users.mjs --orthanc URL --modules FOLDER [--pictures FOLDER]
//
// The users are those that pages.sh gives the archive. Ends with 0 or 1.
import { archive, checkInBrowser, demand, look, openWide } from './page_visit.mjs';

const named = username => ({ username, password: `of ${username}` });
const LOOKS = [['wide', 'light'], ['narrow', 'dark']];

// Of each page: what shows that it is there, and the buttons that take an operator or an administrator.
const pages = study => [
  ['queue', 'index.html', '#jobs tr', { operator: ['#mode', '#jobs td.actions button'] }],
  ['study', `study.html#${study}`, '#series section', { operator: ['#series .controls button'] }],
  ['rules', 'rules.html', '#series option', { viewer: ['#check', '#run', '#history button'], administrator: ['#save'] }],
  ['models', 'models.html', '#card h3', { viewer: ['#find'], operator: ['#backfill'], administrator: ['#choose'] }],
  ['worklist', 'worklist.html', '#entries tr', { operator: ['#schedule', '#entries td.actions button'] }],
];
const ranks = ['viewer', 'operator', 'administrator'];
const mayDo = (role, needed) => ranks.indexOf(role) >= ranks.indexOf(needed);

async function openAll(browser, role, user, study) {
  for (const [name, address, ready, buttons] of pages(study)) {
    await look(browser, `${name}-${role}`, address, ready, user, LOOKS);
    const page = await openWide(browser, address, ready, user);
    for (const [needed, selectors] of Object.entries(buttons)) {
      for (const selector of selectors) {
        const list = await page.$$eval(selector, found => found.map(button => ({ isDimmed: button.disabled, why: button.title })));
        const isRight = list.every(({ isDimmed, why }) => isDimmed !== mayDo(role, needed) && (!isDimmed || why.includes(`you are ${role === 'viewer' ? 'a' : 'an'} ${role} here`)));
        demand(list.length > 0 && isRight, `${name}: ${selector} ${mayDo(role, needed) ? 'is there for' : 'is dimmed, and says why, for'} a role such as ${role}`);
      }
    }
    const missing = Object.keys(buttons).filter(needed => !mayDo(role, needed));
    demand((await page.textContent('#withheld')).includes('This takes') === missing.length > 0, `${name}: as ${role}, a sentence says what is missing, if anything is`);
    demand((await page.textContent('#reader')).startsWith(`${user.username}, ${role}.`), `${name}: says who the reader is`);
    await page.close();
  }
  const audit = await openWide(browser, 'audit.html', '#withheld p', user);
  demand(await audit.isHidden('#open'), `audit: is not for a role such as ${role}`);
  await audit.close();
}

// Looking is for everybody: a dry run, earlier rules.
async function tryRulesAs(browser, user) {
  const page = await openWide(browser, 'rules.html', '#series option', user);
  await page.click('#run');
  await page.waitForSelector('#explained section');
  demand(true, 'rules: a viewer tries them on a series');
  await page.close();
}

async function workAs(browser, user) {
  const page = await openWide(browser, 'index.html', '#jobs tr', user);
  await page.click('#mode');
  await page.waitForSelector('#banner .notice');
  await page.click('#mode');
  await page.waitForSelector('#banner .notice', { state: 'detached' });
  demand(true, 'queue: an operator pauses it and lets it go on');
  await page.close();
}

await checkInBrowser(async browser => {
  const { jobs } = await archive('/cmr/jobs', named('ada'));
  const study = jobs[0].study;
  await openAll(browser, 'viewer', named('vera'), study);
  await openAll(browser, 'operator', named('olga'), study);
  await tryRulesAs(browser, named('vera'));
  await workAs(browser, named('olga'));
});
