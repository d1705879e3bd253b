// What all pages share: the archive's answers, elements, the look. No framework, nothing from elsewhere.

// Pages lie at <archive>/cmr/app/: relative addresses work behind any proxy.
const archive = '../../';

export class Refusal extends Error {}

async function ask(method, path, body, headers = {}) {
  const options = { method, headers: { ...headers }, cache: 'no-store' };
  if (method !== 'GET') {
    options.headers['X-CMR-Request'] = 'page'; // what no foreign page can send along
    options.body = body ?? '';
  }
  let answer;
  try {
    answer = await fetch(archive + path, options);
  } catch {
    throw new Refusal('the archive does not answer');
  }
  const text = await answer.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch { /* an answer of the archive itself, perhaps without a body */ }
  if (!answer.ok) {
    const refusal = new Refusal(json?.error || json?.Message || `${path}: status ${answer.status}`);
    refusal.status = answer.status;
    refusal.answer = json;
    throw refusal;
  }
  return json;
}

export const get = path => ask('GET', path);
export const post = (path, body) => ask('POST', path, body);
export const remove = (path, headers) => ask('DELETE', path, '', headers);
export const put = (path, body, headers) => ask('PUT', path, body, headers);

// For what is allowed to be missing.
export async function getOr(path, otherwise) {
  try {
    return await get(path);
  } catch {
    return otherwise;
  }
}

export const imageAddress = instance => `${archive}instances/${encodeURIComponent(instance)}/preview`;
export const explorerAddress = study => `${archive}app/explorer.html#study?uuid=${encodeURIComponent(study)}`;

// make('td', {className: 'x'}, 'text', otherElement): texts are texts, never HTML.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.includes('-') || key === 'role' || key === 'for' || key === 'scope') {
      element.setAttribute(key, value);
    } else if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else {
      element[key] = value;
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

export const byId = id => document.getElementById(id);

// Cells of a table whose rows become cards on a narrow screen.
export const cell = (name, ...children) => make('td', { 'data-name': name }, ...children);

// Wide tables scroll within their place, by keyboard too.
export const scrolling = (label, ...children) =>
  make('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': label }, ...children);

// Where the keyboard is among rows or sheets that have ids, to be found again when they were drawn anew: a job that runs changes
// all the time. What is not there any more (a button that was pressed, say) leaves it at the row's first link, which does no
// harm, or at the table.
export function keyboardIn(place) {
  const focus = document.activeElement;
  if (!place.contains(focus) || focus === place) return () => {};
  const row = focus.closest('tr[id], section[id]')?.id;
  const name = focus.getAttribute('aria-label') ?? focus.textContent;
  return () => {
    if (focus.isConnected) return;
    const others = [...(byId(row)?.querySelectorAll('a, summary, button:not(:disabled)') ?? [])];
    const other = others.find(one => (one.getAttribute('aria-label') ?? one.textContent) === name) ?? others.find(one => one.href) ?? place.closest('.scroll') ?? byId('main');
    other.focus({ preventScroll: true });
  };
}

// What somebody folded out or away stays so.
function keepFolds(old, now) {
  const before = [...old.querySelectorAll('details')];
  now.querySelectorAll('details').forEach((details, at) => {
    if (before[at]?.querySelector('summary').textContent === details.querySelector('summary').textContent) details.open = before[at].open;
  });
}

// Rows of a table or sheets of a place: only what changed is drawn anew, so that the keyboard's place and an open menu stay.
export function update(place, children) {
  const giveBack = keyboardIn(place);
  const before = [...place.children];
  children.forEach((child, at) => {
    const old = before[at];
    if (old && old.id === child.id) keepFolds(old, child);
    if (!old) place.append(child);
    else if (old.outerHTML !== child.outerHTML) old.replaceWith(child);
  });
  before.slice(children.length).forEach(child => child.remove());
  giveBack();
}

export function definitions(pairs) {
  const list = make('dl');
  for (const [term, value] of pairs) {
    if (value === undefined || value === null || value === '') continue;
    list.append(make('dt', {}, term), make('dd', {}, value));
  }
  return list;
}

// --- words ---------------------------------------------------------------------------------------

export function time(iso) {
  if (!iso) return '';
  const date = new Date(iso);
  return make('time', { dateTime: iso, title: iso }, date.toLocaleString([], { dateStyle: 'short', timeStyle: 'short' }));
}

export function bytes(number) {
  if (typeof number !== 'number') return '';
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let value = number;
  for (; value >= 1024 && at + 1 < units.length; ++at) value /= 1024;
  return `${value.toFixed(at === 0 ? 0 : 1)} ${units[at]}`;
}

// UCUM as people write it: what stands in braces is a remark, not a unit.
export const unitWords = unit => (unit === '1' ? '' : unit.replace(/[{}]/g, '').replace(/\bm2\b/g, 'm²').replace(/\bm3\b/g, 'm³'));

// "5 Cine SAX", as the archive's series of that name.
export function seriesName(series) {
  const tags = series?.MainDicomTags ?? {};
  return [tags.SeriesNumber, tags.SeriesDescription || 'without a name'].filter(Boolean).join(' ');
}

// DICOM DA "20200102"; dates that do not exist are shown as they stand, blanked ones not at all.
export function day(text) {
  if (!text || /^0*$/.test(text)) return '';
  const parts = /^(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.exec(text);
  return parts ? parts.slice(1).join('-') : text;
}
export const personName = text => (text ?? '').replace(/=.*$/, '').split('^').filter(Boolean).join(', ') || 'no name';

// --- who the reader is, and what they may do ---------------------------------------------------------

const ranks = ['none', 'viewer', 'operator', 'administrator'];
let asked = null;
// {user, role, because}; asked once per page, and again while nobody answers. The archive decides again with every request.
export const access = () => asked ??= get('cmr/access').catch(() => {
  asked = null;
  return { user: null, role: 'viewer', because: 'The archive does not say who you are.' };
});

const withArticle = role => (role === 'viewer' ? `a ${role}` : `an ${role}`);

// Why the reader may not do what takes that role; null when they may.
export async function whyNot(role) {
  const me = await access();
  if (ranks.indexOf(me.role) >= ranks.indexOf(role)) return null;
  return `This takes ${withArticle(role)}; ${me.role === 'none' ? 'you have no role here' : `you are ${withArticle(me.role)} here`}. ${me.because}`;
}

// Buttons that the reader may not press say why, instead of failing when they are pressed.
export function withhold(button, why) {
  if (why || button.dataset.withheld) {
    button.disabled = Boolean(why);
    button.title = why ?? '';
  }
  if (why) button.dataset.withheld = 'yes';
  else delete button.dataset.withheld;
  return button;
}

// A line for everybody to read, where buttons are withheld; `others`: [why, what] of those that take another role.
export function tellWhyNot(why, what, ...others) {
  const lines = [[why, what], ...others].filter(([reason]) => reason).map(([reason, closed]) => make('p', { className: 'quiet no-print' }, `${closed} ${reason}`));
  byId('withheld').replaceChildren(...lines);
}

async function showReader() {
  const me = await access();
  if (asked === null) setTimeout(showReader, 5000);
  byId('reader').textContent = `${me.user ? `${me.user}, ${me.role}` : me.role === 'none' ? 'No user' : `Without a user, as ${me.role}`}. ${me.because}`;
}

// --- what is said to everybody ----------------------------------------------------------------------

// Announced by screen readers, and seen wherever the page was scrolled to: what went well goes by itself, the rest when it
// is closed.
let goes = 0;
const said = () => byId('said').dataset.text ?? '';
export function say(text, kind = 'good') {
  const place = byId('said');
  clearTimeout(goes);
  place.dataset.text = text;
  if (kind === 'good' && text) goes = setTimeout(() => say(''), 10_000);
  const close = kind === 'good' ? null : make('button', { type: 'button', onclick: () => say('') }, 'Close');
  place.replaceChildren(text ? make('div', { className: `notice ${kind} no-print` }, text, close ? ' ' : null, close) : '');
}

// Runs what a button does; a refusal is told, the button waits meanwhile. A button that waits loses the keyboard: it is
// given back.
export async function act(button, work, done) {
  const hadKeyboard = document.activeElement === button;
  const [row, region] = [button.closest('tr[id], section[id]')?.id, button.closest('.scroll')];
  button.disabled = true;
  try {
    await work();
    if (done) say(done);
  } catch (refusal) {
    say(refusal.message, 'bad');
  } finally {
    button.disabled = Boolean(button.dataset.withheld);
    const isLost = hadKeyboard && [null, document.body].includes(document.activeElement);
    const place = button.isConnected ? button : byId(row)?.querySelector('a, summary') ?? region ?? byId('main');
    if (isLost) place.focus({ preventScroll: true });
  }
}

// The banner about the service and its rules; returns the status.
export async function showStatus() {
  let status = { state: 'not reachable', reason: 'the archive does not answer' };
  const notices = [];
  try {
    status = await get('cmr/status');
  } catch (refusal) {
    if (refusal.status === 401 || refusal.status === 403) status = { state: 'closed', reason: refusal.message };
  }
  if (status.state === 'closed') {
    notices.push(make('div', { className: 'notice bad' }, make('strong', {}, 'Nothing is shown here. '), status.reason));
  } else if (status.state !== 'running') {
    notices.push(make('div', { className: 'notice bad' }, make('strong', {}, `Nothing is analysed: the service is ${status.state}. `), status.reason ?? ''));
  }
  const trouble = [status.rules?.problem && `The rules file is refused, the last good rules stay: ${status.rules.problem}`,
    status.claiming === false ? `No job is taken: ${status.notClaimingBecause}` : status.package?.problem || (status.packages ?? []).map(one => one.problem).find(Boolean) || status.dispatcher?.trouble,
    status.defaultPackage?.problem, status.worklist?.problem, status.outbox?.trouble, status.intake?.trouble];
  for (const text of trouble.filter(Boolean)) notices.push(make('div', { className: 'notice doubt' }, text));
  const place = byId('banner');
  const before = place.textContent;
  if (before !== notices.map(notice => notice.textContent).join('')) place.replaceChildren(...notices);
  return status;
}

// Calls `work` now and every few seconds while the page can be seen, one round after the other.
// What went wrong is said once, and taken back when it goes well again.
// Returns what asks for a round out of turn: one that begins after it was asked for, so that what is drawn last is what was
// asked for last. It ends with that round, and fails with it.
export function repeat(work, milliseconds) {
  let trouble = null;
  let current = null;
  let next = null;
  const round = async () => {
    try {
      await work();
      if (trouble !== null && said() === trouble) say('');
      trouble = null;
    } catch (refusal) {
      if (trouble !== refusal.message) say(refusal.message, 'bad');
      trouble = refusal.message;
      throw refusal;
    } finally {
      current = null;
    }
  };
  const begin = () => current ??= round();
  const now = () => next ??= (current ?? Promise.resolve()).catch(() => {}).then(() => {
    next = null;
    return begin();
  });
  const byItself = () => document.hidden || begin().catch(() => {}); // what failed was said
  document.addEventListener('visibilitychange', byItself);
  setInterval(byItself, milliseconds);
  byItself();
  return now;
}

// --- the frame of every page ------------------------------------------------------------------------

const pages = [['index.html', 'Queue'], ['worklist.html', 'Worklist'], ['rules.html', 'Rules'], ['models.html', 'Models'], ['health.html', 'Health'], ['audit.html', 'Audit']];

function useTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme').textContent = theme === 'dark' ? 'Light' : 'Dark';
}

export function frame(current) {
  const links = pages.map(([address, name]) =>
    make('a', { href: address, 'aria-current': name === current ? 'page' : undefined }, name));
  const button = make('button', { id: 'theme', type: 'button', 'aria-label': 'Change between light and dark' });
  document.body.prepend(
    make('a', { className: 'jump', href: '#main' }, 'Skip to the content'),
    make('header', {}, make('p', {}, 'Orthanc » Heart analysis (CMR)'),
      make('nav', { 'aria-label': 'Pages' }, make('a', { href: `${archive}app/explorer.html` }, 'Explorer'), ...links, button)));
  byId('main').prepend(make('div', { id: 'banner', role: 'status' }), make('div', { id: 'said', role: 'status' }), make('div', { id: 'withheld' }));
  document.body.append(make('footer', {}, 'Research use, not for diagnosis. Numbers are for a qualified person to verify.',
    make('div', { id: 'reader', className: 'no-print' })));
  showReader();
  let kept = null;
  try {
    kept = localStorage.getItem('cmr-theme');
  } catch { /* storage may be forbidden */ }
  useTheme(kept ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  button.addEventListener('click', () => {
    const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    useTheme(theme);
    try {
      localStorage.setItem('cmr-theme', theme);
    } catch { /* it holds for this page then */ }
  });
}

// What is folded away on the screen and belongs on paper is open while the page is printed.
export function openForPrint() {
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details.printed:not([open])')];
    opened.forEach(details => { details.open = true; });
  });
  addEventListener('afterprint', () => opened.forEach(details => { details.open = false; }));
}

// --- clause by clause -------------------------------------------------------------------------------

// Without every clause of every rule, where those stand beside it or a click away.
export const shortVerdict = text => text.replace(/no rule matches it: [^]*$/, 'no rule matches it');

export function clauseList(clauses) {
  return make('ul', { className: 'clauses' }, ...clauses.map(clause =>
    make('li', {}, make('span', { className: `mark ${clause.held ? 'good' : 'doubt'}` }, clause.open ? 'pictures' : clause.held ? 'yes' : 'no'),
      ` ${clause.clause}: `, make('em', {}, clause.why))));
}

// `outcomes`: every rule in order; the one that decides is open. Where the pictures decide between several, `decides` is none
// of them. The words of explain_rules.cpp.
export function ruleOutcomes(outcomes, decides) {
  const place = outcomes.findIndex(outcome => outcome.rule === decides);
  const last = outcomes.findIndex(outcome => outcome.matched); // nothing behind it is asked
  return outcomes.map((outcome, at) => {
    const isBehind = last >= 0 && at > last;
    const word = !outcome.enabled ? 'disabled' : at === place ? 'decides'
      : outcome.open ? (isBehind ? 'comes too late' : 'decides if the pictures show it') : !outcome.matched ? 'does not match'
      : isBehind ? 'would match, but an earlier rule decides' : 'decides if no rule before it does';
    return make('details', { open: at === place },
      make('summary', {}, `${outcome.rule}: ${word}`), clauseList(outcome.clauses));
  });
}
