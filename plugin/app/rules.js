// The rules in use, and a place to check and try others before anybody's file changes.
import { act, byId, definitions, frame, get, getOr, make, post, put, ruleOutcomes, say, seriesName, shortVerdict, showStatus, tellWhyNot, time, whyNot, withhold } from './common.js';

let inUse = null;
let shownText = ''; // as the page put it there: what differs was typed

function showText(text) {
  byId('text').value = text;
  shownText = byId('text').value;
}

const mayReplaceText = () => byId('text').value === shownText || confirm('Replace the text that you changed? It is kept nowhere else.');

function showUse(rules) {
  inUse = rules;
  const place = byId('use');
  place.replaceChildren(definitions([['File', rules.file || 'none: the rules that ship'], ['Read', time(rules.read)], ['Hash', rules.sha256], ['Rules', rules.names.join(' · ')],
    ...(rules.study ? [['Studies', rules.study]] : [])]));
  for (const warning of rules.warnings) place.append(make('div', { className: 'notice doubt' }, warning));
  if (rules.refused) place.append(make('h3', {}, 'The file at hand is refused'), notes(rules.refused.mistakes, 'bad'));
  byId('save').hidden = !rules.editable;
  if (rules.editable) byId('hint').textContent = 'The text is yours to change. It is checked and tried here; "Put into use" writes the file.';
}

// Mistakes lead to their line in the text.
function notes(list, kind) {
  return make('ul', { className: 'clauses' }, ...list.map(note => make('li', {},
    make('span', { className: `mark ${kind}` }, note.line ? `line ${note.line}` : 'document'), ' ',
    note.line ? make('button', { type: 'button', onclick: () => goTo(note.line) }, 'Show') : null, ` ${note.message}`)));
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

function showExplained(look) {
  byId('explained').replaceChildren(make('section', { className: 'sheet', 'aria-label': 'Dry run' },
    make('h3', {}, shortVerdict(look.verdict)), look.byPictures ? make('p', {}, `By what its last job saw of the pictures: ${shortVerdict(look.byPictures.verdict)}.`) : null,
    orderList(look.order), ...ruleOutcomes(look.byPictures?.rules ?? look.rules, look.byPictures?.rule ?? look.rule)));
}

async function fillSeries() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const ids = new Set(wanted ? [wanted] : []);
  for (const job of (await get('cmr/jobs?limit=40')).jobs) job.series.forEach(id => ids.add(id));
  for (const entry of (await get('cmr/skipped?limit=40')).skipped) ids.add(entry.series);
  const choice = byId('series');
  for (const id of [...ids].slice(0, 80)) {
    const series = await getOr(`series/${encodeURIComponent(id)}`, null);
    if (!series) continue;
    const tags = series.MainDicomTags ?? {};
    choice.append(make('option', { value: id, selected: id === wanted },
      `${seriesName(series)} (${tags.Modality ?? ''}, ${series.Instances.length})`));
  }
}

// Going back is looking at the earlier text, and putting that into use.
async function showHistory() {
  const { versions } = await getOr('cmr/rules/history', { versions: [] });
  const rows = versions.map(({ sha256, since }, place) => {
    const button = make('button', { type: 'button', 'aria-label': `Show the rules of ${since}` }, 'Show');
    button.addEventListener('click', () => act(button, async () => {
      if (!mayReplaceText()) return;
      showText((await get(`cmr/rules/history/${sha256}`)).text);
      byId('text').focus();
      say('The earlier text stands above. It is in use when it is put into use.');
    }));
    return make('li', {}, button, ' in use since ', time(since), make('span', { className: 'quiet' },
      `, hash ${sha256.slice(0, 12)}${place === 0 && sha256 === inUse.sha256 ? ', these are in use' : ''}`));
  });
  byId('history').replaceChildren(rows.length > 0 ? make('ul', { className: 'clauses' }, ...rows)
    : make('p', { className: 'quiet' }, 'None are on record.'));
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
  showExplained(await post(`cmr/series/${encodeURIComponent(id)}/explain`, byId('text').value));
}

// As the archive has it now: somebody else may have changed it since the page was opened.
async function restore() {
  if (!mayReplaceText()) return;
  showUse(await get('cmr/rules'));
  showText(inUse.text);
  await showHistory();
}

async function save() {
  if (!await check()) return;
  const text = byId('text').value;
  showUse(await put('cmr/rules', text, { 'If-Match': inUse.sha256 }));
  shownText = text;
  await showHistory();
  say('These rules are in use now. The earlier ones are listed below.');
}

async function start() {
  frame('Rules');
  const status = await showStatus();
  byId('check').addEventListener('click', event => act(event.target, check));
  byId('save').addEventListener('click', event => act(event.target, save));
  byId('restore').addEventListener('click', event => act(event.target, restore));
  byId('try').addEventListener('submit', event => { event.preventDefault(); act(byId('run'), dryRun); });
  if (status.state !== 'running') return;
  showUse(await get('cmr/rules'));
  const closed = inUse.editable ? await whyNot('administrator') : null;
  withhold(byId('save'), closed);
  tellWhyNot(closed, 'The rules can be checked and tried here, not put into use.');
  showText(inUse.text);
  await showHistory();
  await fillSeries();
  if (location.hash.length > 1) await act(byId('run'), dryRun);
}

start().catch(refusal => say(refusal.message, 'bad'));
