// What a model package says of itself: what its heads tell apart, what was measured, and its card.
import { cell, definitions, make, scrolling } from './common.js';

const releaseKind = { report: 'good', flag: 'doubt', off: 'bad' };
const releaseWord = { report: 'reported', flag: 'reported with a reservation', off: 'kept back', replaced: 'not used: a head of its own outlines it', silent: 'gives no answer' };

const taskWords = { sequence: 'Kind of sequence', view: 'View', seg_cine_sax: 'Short-axis cine', seg_cine_sax_rv: 'Short-axis cine, right ventricle', seg_cine_lax: 'Long-axis cine', seg_lge_sax: 'Late enhancement', seg_map_sax: 'T1 and T2 maps',
  landmarks: 'Landmarks', lge_presence: 'Whether there is late enhancement', disease: 'Disease' };
const evidenceWords = { real: 'real hearts', phantom: 'drawn hearts', both: 'real and drawn hearts', 'non-expert': 'drawn hearts, and a non-expert\'s outlines of real ones' };

// A right ventricle of its own head takes the place of that of the short axis.
const isReplaced = (id, label, heads) => id === 'seg_cine_sax' && label.name === 'rv_cavity' && 'seg_cine_sax_rv' in heads;

// --- heads ------------------------------------------------------------------------------------------

// Heads that are not run, by task, with the reason: their silence is no answer.
function silence(silent) {
  const tasks = Object.entries(silent ?? {});
  return tasks.length === 0 ? [] : [make('div', { className: 'notice doubt' }, make('strong', {}, 'Heads that give no answer'),
    make('ul', { className: 'clauses' }, ...tasks.map(([task, reason]) => make('li', {}, `${taskWords[task] ?? task}: ${reason}`))))];
}

// What reaches a report comes first.
function headTable(heads, silent) {
  const order = Object.keys(releaseKind);
  const place = release => (order.includes(release) ? order.indexOf(release) : order.length);
  const labels = Object.entries(heads).flatMap(([id, head]) => (head.labels ?? head.classes ?? [{}]).map(label => ({ ...label, id, ...(id in silent ? { release: 'silent' } : isReplaced(id, label, heads) ? { release: 'replaced' } : {}) })));
  const rows = labels.sort((a, b) => place(a.release) - place(b.release)).map(label => make('tr', {},
    make('th', { scope: 'row', title: label.id }, taskWords[label.id] ?? label.id), cell('Structure or class', label.code?.meaning ?? (label.name ?? '').replaceAll('_', ' ')),
    cell('Learned from', evidenceWords[label.evidence] ?? label.evidence ?? ''),
    cell('In reports', label.release ? make('span', { className: `mark ${releaseKind[label.release] ?? ''}` }, releaseWord[label.release] ?? label.release) : '')));
  return make('table', { className: 'cards' }, make('caption', {}, 'Heads, and what each tells apart'),
    make('thead', {}, make('tr', {}, ...['Head', 'Structure or class', 'Learned from', 'In reports'].map(name => make('th', { scope: 'col' }, name)))),
    make('tbody', {}, ...rows));
}

// `of`: the package's name, where there are several on a page.
export function headsOf(manifest, silent, of = '') {
  return [...silence(silent), scrolling(`Heads${of}, and what each tells apart`, headTable(manifest.heads ?? {}, silent ?? {}))];
}

// --- what was measured ---------------------------------------------------------------------------------

const shownNumber = value => (typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toFixed(3))) : String(value));

// What training and evaluation write into the manifest, in words: what is not listed here shows under its own name. What stands
// behind # is counted: "182 frames".
const measureWords = { dice_mean: 'Dice', dice_median: 'median Dice', dice: 'Dice', hd95_mm: 'HD95 (mm)', ef_mean_absolute_error_points: 'ejection fraction off by (points, mean)',
  n_frames: '#frames', n_patients: '#patients', n_missed: '#missed', n_invented: '#invented', n_both_empty: '#rightly empty', n: '#judged', subjects: '#subjects', slices: '#slices', right: '#right', n_present: '#present', n_absent: '#absent',
  accuracy: 'accuracy', balanced_accuracy: 'balanced accuracy', ece: 'calibration error', recall: 'recall', certain: 'where it is certain',
  detection_rate: 'found', false_alarm_rate: 'false alarms', error_mm: 'off by (mm, mean)', error_median_mm: 'off by (mm, median)', within_5_mm_rate: 'within 5 mm',
  edv_ml: 'end-diastolic volume off by (mL)', esv_ml: 'end-systolic volume off by (mL)', ef_points: 'ejection fraction off by (points)', mass_g: 'mass off by (g)' };

const isGroup = value => typeof value === 'object' && value !== null && !Array.isArray(value);
// Values of one kind for several classes stand in a line; other groups are what is told of one structure.
const inLine = new Set(['recall', 'dice', 'certain']);

function measureText(key, values) {
  const value = values[key];
  const words = measureWords[key] ?? key.replaceAll('_', ' ');
  if (isGroup(value)) return `${words}: ${Object.keys(value).map(name => measureText(name, value)).join(', ')}`;
  if (words.startsWith('#')) return `${shownNumber(value)} ${words.slice(1)}`;
  const interval = values[`${key}_interval95`] ?? values[`${key.replace(/_mean$/, '')}_interval95`];
  return `${words} ${shownNumber(value)}${Array.isArray(interval) ? ` (95 %: ${interval.map(shownNumber).join(' to ')})` : ''}`;
}

// Of a set of images: what holds of all, and then structure by structure.
function setRows(set, evidence, found, nameOf) {
  const row = (structure, text) => make('tr', {}, make('th', { scope: 'row' }, set, make('div', { className: 'quiet' }, evidenceWords[evidence] ?? evidence)),
    cell('Of', structure), cell('Result', text));
  if (!isGroup(found)) return [row('', String(found))];
  const isStructure = key => isGroup(found[key]) && !inLine.has(key);
  const keys = Object.keys(found).filter(key => found[key] !== null && !/_interval95$/.test(key));
  const own = keys.filter(key => !isStructure(key)).map(key => measureText(key, found));
  return [...(own.length > 0 ? [row('', own.join(' · '))] : []), ...keys.filter(isStructure).map(key => {
    const told = Object.keys(found[key]).filter(name => found[key][name] !== null && !/_interval95$/.test(name));
    return row(nameOf(key), told.map(name => measureText(name, found[key])).join(' · '));
  })];
}

const isReported = head => (head.labels ?? head.classes ?? []).some(label => label.release === 'report');

// Folded, but for what reaches reports: real hearts come first.
function measuredHead(task, head, of) {
  const nameOf = key => (head.labels ?? head.classes ?? []).find(label => label.name === key)?.code?.meaning ?? key.replaceAll('_', ' ');
  const kinds = Object.keys(head.measured).sort((a, b) => (b === 'real') - (a === 'real'));
  const rows = kinds.flatMap(kind => Object.entries(head.measured[kind]).flatMap(([set, found]) => setRows(set, kind, found, nameOf)));
  const name = taskWords[task] ?? task;
  return make('details', { open: isReported(head) }, make('summary', {}, `${name}: on ${kinds.map(kind => evidenceWords[kind] ?? kind).join(' and ')}`),
    scrolling(`Measured${of}: ${name}`, make('table', { className: 'cards' }, make('thead', {}, make('tr', {}, ...['Measured on', 'Of', 'Result'].map(column => make('th', { scope: 'col' }, column)))),
      make('tbody', {}, ...rows))));
}

const measuredOn = { validation: 'On patients held out of training, by which the weights were chosen: better than on patients who had no say in it' };
const measured = { lvDice: 'LV cavity: Dice, mean of the frames', lvDiceWorstPatient: 'LV cavity: Dice of the worst patient', lvMyocardiumDice: 'LV myocardium: Dice, mean of the frames',
  firstLookErrorMm: 'Heart found by the first look: off by (mm)', step: 'Weights of training step' };

function metricList([name, values]) {
  return make('div', {}, make('p', {}, make('strong', {}, measuredOn[name] ?? name)),
    definitions(Object.entries(values).filter(([, value]) => typeof value !== 'object').map(([key, value]) => [measured[key] ?? key, shownNumber(value)])));
}

export function measuredOf(manifest, of = '') {
  const heads = Object.entries(manifest.heads ?? {}).filter(([, head]) => isGroup(head.measured)).sort(([, a], [, b]) => isReported(b) - isReported(a));
  const parts = [...heads.map(([task, head]) => measuredHead(task, head, of)), ...Object.entries(manifest.metrics ?? {}).filter(([, values]) => isGroup(values)).map(metricList)];
  return parts.length > 0 ? parts : [make('p', { className: 'quiet' }, 'The package says of nothing that it was measured.')];
}

// --- the card: headings, tables, code and paragraphs of Markdown --------------------------------------

// Marks of Markdown are left out; pictures lie beside the card, and their words stand for them.
const plain = text => text.replace(/!\[([^\]]*)\]\([^)]*\)/g, '(Picture: $1)').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '').replaceAll('**', '');
const cells = line => line.replace(/^\||\|$/g, '').split('|').map(text => plain(text.trim()));

function table(lines) {
  const [head, , ...body] = lines;
  return scrolling(`Table: ${cells(head).filter(Boolean).join(', ')}`, make('table', {},
    make('thead', {}, make('tr', {}, ...cells(head).map(text => (text ? make('th', { scope: 'col' }, text) : make('td'))))),
    make('tbody', {}, ...body.map(line => make('tr', {}, ...cells(line).map(text => make('td', {}, text)))))));
}

// level: of the largest heading.
function blockOf(block, level) {
  const lines = block.split('\n');
  const heading = /^(#+)\s+(.*)$/.exec(lines[0]);
  if (heading) {
    const rest = lines.slice(1).join('\n').trim();
    return [make(`h${heading[1].length === 1 ? level : level + 1}`, {}, plain(heading[2])), ...(rest ? blockOf(rest, level) : [])];
  }
  if (lines[0].startsWith('|')) return [table(lines)];
  if (lines.every(line => line.startsWith('    '))) return [make('pre', {}, lines.map(line => line.slice(4)).join('\n'))];
  if (/^[-*] /.test(lines[0])) {
    const items = block.split(/\n(?=[-*] )/).map(item => plain(item.slice(2)));
    return [make('ul', {}, ...items.map(item => make('li', {}, item)))];
  }
  return [make('p', {}, plain(block))];
}

export function cardOf(text, level) {
  return text ? text.trim().split(/\n\s*\n/).flatMap(block => blockOf(block, level)) : [make('p', { className: 'quiet' }, 'This package has no card.')];
}
