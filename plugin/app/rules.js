// The rules in use, and a place to check and try others before anybody's file changes.
import { act, byId, day, definitions, frame, get, getOr, make, personName, post, put, repeat, ruleOutcomes, say, seriesName, shortVerdict, showStatus, tellWhyNot, time, update, whyNot, withhold } from './common.js';

let inUse = null; // as the archive told it last
let replaced = ''; // hash of the rules that the text on the page came from, to be replaced by it
let shownText = ''; // as the page put it there: what differs was typed

function showText(text) {
  byId('text').value = text;
  shownText = byId('text').value;
}

const mayReplaceText = () => byId('text').value === shownText || confirm('Replace the text that you changed? It is kept nowhere else.');

function showUse(rules) {
  inUse = rules;
  update(byId('use'), [definitions([['File', rules.file || 'none: the rules that ship'], ['Read', time(rules.read)], ['Hash', rules.sha256], ['Rules', rules.names.join(' · ')],
    ...(rules.study ? [['Studies', rules.study]] : [])]),
  ...rules.warnings.map(warning => make('div', { className: 'notice doubt' }, warning)),
  ...(rules.refused ? [make('h2', {}, 'The file at hand is refused'), notes(rules.refused.mistakes, 'bad', showRefused)] : [])]);
  byId('other').hidden = rules.sha256 === replaced;
  byId('save').hidden = !rules.editable;
  byId('hint').textContent = rules.editable ? 'The text is yours to change. It is checked and tried here; "Put into use" writes the file.'
    : 'The text is yours to change: it is checked and tried here, and changes nothing.';
}

function startFrom(rules) {
  replaced = rules.sha256;
  showUse(rules);
  showText(rules.text);
}

// What is in use stands in the text; the mistakes are in the file that took its place and is refused.
function showRefused() {
  const { text } = inUse.refused;
  if (byId('text').value === text) return true;
  if (!mayReplaceText()) return false;
  showText(text);
  say('The text of the refused file stands below, to look at and to try. It is mended where it lies, or replaced by what is put into use; "Text in use" shows the rules that hold.', 'doubt');
  return true;
}

// Mistakes lead to their line in the text.
// isThere: has the text that they are in shown; false: it is not.
function notes(list, kind, isThere = () => true) {
  return make('ul', { className: 'clauses' }, ...list.map(note => make('li', {},
    make('span', { className: `mark ${kind}` }, note.line ? `line ${note.line}` : 'document'), ' ',
    note.line ? make('button', { type: 'button', onclick: () => { if (isThere()) goTo(note.line); } }, 'Show') : null, ` ${note.message}`)));
}

function goTo(line) {
  const area = byId('text');
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
  area.scrollTop = Math.max(0, (line - 4) * 19.5);
}

function showReport(report) {
  const parts = [make('div', { className: `notice ${report.valid ? 'good' : 'bad'}` }, report.valid
    ? `These rules would be taken: ${report.rules.length} of them.` : `These rules would be refused: ${report.mistakes.length} ${report.mistakes.length === 1 ? 'mistake' : 'mistakes'}.`)];
  if (report.study) parts.push(make('p', {}, `Of studies they say: ${report.study}.`));
  if (report.mistakes.length > 0) parts.push(notes(report.mistakes, 'bad'));
  if (report.warnings.length > 0) parts.push(notes(report.warnings, 'doubt'));
  byId('report').replaceChildren(...parts);
}

// What the rule asks for besides; null of a series that is left alone.
function orderList(order) {
  if (!order) return null;
  const sent = order.destinations === null ? 'as the configuration says' : order.destinations.join(', ') || 'nowhere';
  return definitions([['Tasks', order.tasks.join(', ')], ['Goes back into the study', order.outputs.join(', ')], ['Sent on to', sent],
    ['Model package', order.package ?? 'the one for new analyses (page "Models")'], ['Priority', String(order.priority)],
    ['Waits for', order.wait === 'study' ? 'the whole study' : null], ['Only in these hours', order.hours]]);
}

function showExplained(look, name) {
  byId('explained').replaceChildren(make('section', { className: 'sheet', 'aria-label': 'Dry run', tabIndex: -1 },
    make('h3', {}, name), make('p', {}, shortVerdict(look.verdict)), look.byPictures ? make('p', {}, `By what its last job saw of the pictures: ${shortVerdict(look.byPictures.verdict)}.`) : null,
    orderList(look.order), ...ruleOutcomes(look.byPictures?.rules ?? look.rules, look.byPictures?.rule ?? look.rule)));
  byId('explained').firstElementChild.focus(); // where what was asked for is read out
}

async function fillSeries() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const ids = new Set(wanted ? [wanted] : []);
  for (const job of (await get('cmr/jobs?limit=40')).jobs) job.series.forEach(id => ids.add(id));
  for (const entry of (await get('cmr/skipped?limit=40')).skipped) ids.add(entry.series);
  const options = [];
  const studies = new Map(); // whose images they are
  for (const id of [...ids].slice(0, 80)) {
    const series = await getOr(`series/${encodeURIComponent(id)}`, null);
    if (!series) continue;
    const tags = series.MainDicomTags ?? {};
    if (!studies.has(series.ParentStudy)) studies.set(series.ParentStudy, await getOr(`studies/${series.ParentStudy}`, {}));
    const study = studies.get(series.ParentStudy);
    options.push(make('option', { value: id, selected: id === wanted },
      `${[personName(study.PatientMainDicomTags?.PatientName), day(study.MainDicomTags?.StudyDate)].filter(Boolean).join(', ')}: ${seriesName(series)} (${tags.Modality ?? ''}, ${series.Instances.length})`));
  }
  byId('series').replaceChildren(...options);
}

// Going back is looking at the earlier text, and putting that into use.
async function showHistory() {
  const { versions } = await get('cmr/rules/history');
  const rows = versions.map(({ sha256, since }, place) => {
    const button = make('button', { type: 'button', 'aria-label': `Show the rules of ${since}` }, 'Show');
    button.addEventListener('click', () => act(button, async () => {
      if (!mayReplaceText()) return;
      showText((await get(`cmr/rules/history/${sha256}`)).text);
      byId('text').focus();
      say(inUse.editable ? 'The earlier text stands above. It is in use when it is put into use.'
        : 'The earlier text stands above, to look at and to try. Nothing is put into use here: the configuration does not allow it (EditRules).');
    }));
    return make('li', {}, button, ' in use since ', time(since), make('span', { className: 'quiet' },
      `, hash ${sha256.slice(0, 12)}${place === 0 && sha256 === inUse.sha256 ? ', these are in use' : ''}`));
  });
  update(byId('history'), [rows.length > 0 ? make('ul', { className: 'clauses' }, ...rows)
    : make('p', { className: 'quiet' }, 'None are on record.')]);
}

async function check() {
  const report = await post('cmr/rules/check', byId('text').value);
  showReport(report);
  return report.valid;
}

async function dryRun() {
  if (!await check()) return;
  const id = byId('series').value;
  if (!id) throw new Error('there is no series to try it on');
  const name = byId('series').selectedOptions[0].textContent;
  showExplained(await post(`cmr/series/${encodeURIComponent(id)}/explain`, byId('text').value), name);
}

// As the archive has it now: somebody else may have changed it since the page was opened.
async function restore() {
  if (!mayReplaceText()) return;
  startFrom(await get('cmr/rules'));
  await showHistory();
}

async function save() {
  if (!await check()) return;
  const text = byId('text').value;
  // A file that is refused has no version that could be named.
  const isRefused = inUse.problem !== '';
  if (isRefused && !confirm('The file at hand is refused: somebody may be at work on it. Replace it?')) return;
  const rules = await put('cmr/rules', text, { 'If-Match': isRefused ? '*' : replaced });
  replaced = rules.sha256;
  showUse(rules);
  shownText = text;
  await showHistory();
  say('These rules are in use now. The earlier ones are listed below.');
}

let known = ''; // what the status said of the rules when they were read last
let hasSeries = false; // the list is filled, and the series of the address was tried

// The text stays as it is: somebody may be at work on it.
async function askAndDraw() {
  const status = await showStatus();
  if (status.state !== 'running') return;
  const now = JSON.stringify(status.rules);
  if (now !== known) {
    const rules = await get('cmr/rules');
    if (inUse === null) startFrom(rules);
    else showUse(rules);
    await showHistory();
    known = now;
  }
  const closed = inUse.editable ? await whyNot('administrator') : null;
  withhold(byId('save'), closed);
  tellWhyNot(closed, 'The rules can be checked and tried here, not put into use.');
  if (hasSeries) return;
  await fillSeries();
  hasSeries = true;
  if (location.hash.length > 1) await act(byId('run'), dryRun);
}

frame('Rules');
byId('check').addEventListener('click', event => act(event.target, check));
byId('save').addEventListener('click', event => act(event.target, save));
byId('restore').addEventListener('click', event => act(event.target, restore));
byId('try').addEventListener('submit', event => { event.preventDefault(); act(byId('run'), dryRun); });
repeat(askAndDraw, 5000);
