// Scheduled exams: their state, and what a person may add or take away.
import { act, byId, cell, day, frame, get, keyboardIn, make, personName, post, put, remove, repeat, say, showStatus, tellWhyNot, whyNot, withhold } from './common.js';

const states = { scheduled: ['scheduled', ''], arrived: ['arrived', 'good'], analysing: ['in analysis', 'good'], reported: ['reported', 'good'] };
// Keyword, name, whether it is needed, and how the browser asks for it.
const fields = [['PatientName', 'Name (Family^Given)', true], ['PatientID', 'Patient ID', true], ['PatientBirthDate', 'Born', false, 'date'], ['PatientSex', 'Sex (M, F or O)', false],
  ['AccessionNumber', 'Accession number', true], ['Modality', 'Modality', true], ['ScheduledStationAETitle', 'Station (AE title)', false],
  ['ScheduledProcedureStepStartDate', 'Date', true, 'date'], ['ScheduledProcedureStepStartTime', 'Time', false, 'time'],
  ['ScheduledProcedureStepDescription', 'Description', false], ['RequestedProcedureID', 'Procedure ID', false], ['ScheduledProcedureStepID', 'Step ID', false],
  ['StudyInstanceUID', 'Study Instance UID', false]];
const codesKeyword = 'ScheduledProtocolCodeSequence';
const codeParts = [['CodeValue', 'Code'], ['CodingSchemeDesignator', 'Scheme'], ['CodeMeaning', 'Meaning']];
// 2026-01-31 and 08:30 of the browser's fields, as DICOM writes them.
const asDicom = (text, type) => (type ? text.replace(/[-:]/g, '') : text);
const asTyped = (text, type) => (type === 'date' ? day(text) : type === 'time' ? text.replace(/^(\d\d)(\d\d)(\d\d)?.*$/, (all, hour, minute, second) => [hour, minute, second].filter(Boolean).join(':')) : text);
// What makes an exam this exam: another one of these is another exam.
const fixed = ['PatientID', 'AccessionNumber', 'ScheduledProcedureStepID'];
const ofVersion = entry => ({ 'If-Match': `"${entry.version}"` }); // refused when somebody was faster

function mark(entry) {
  const [name, kind] = states[entry.state] ?? [entry.state, ''];
  return make('span', { className: `mark ${kind}` }, name);
}

function deleteButton(entry, about) {
  const button = make('button', { type: 'button', 'aria-label': `Delete: ${about}` }, 'Delete');
  button.addEventListener('click', () => act(button, async () => {
    if (!confirm(`Delete the scheduled exam of ${about}?${entry.file ? ` It comes from the file ${entry.file}, and comes back when that is read anew: remove the file instead.` : ''}`)) return;
    await unlessChanged(() => remove(addressOf(entry), ofVersion(entry)));
    await refresh();
  }));
  return withhold(button, closed);
}

const addressOf = entry => `cmr/worklist/${encodeURIComponent(entry.id)}`;

// Who comes second sees at once what there is now.
async function unlessChanged(change) {
  try {
    await change();
  } catch (refusal) {
    if ([404, 409].includes(refusal.status)) await refresh();
    throw refusal;
  }
}

// --- protocol codes: what rules may ask for, any number of them ----------------------------------------

// A row that is left empty is no code; what is missing of one is for the archive to say.
function codeRow(code = {}) {
  const inputs = codeParts.map(([key, name]) => make('input', { type: 'text', name: key, value: code[key] ?? '', placeholder: name, 'aria-label': `Protocol code: ${name.toLowerCase()}` }));
  return make('div', { className: 'controls code-row' }, ...inputs);
}

function showCodes(codes) {
  byId('codes').replaceChildren(...(codes.length > 0 ? codes : [{}]).map(codeRow));
}

const typedCodes = () => [...byId('codes').children]
  .map(row => Object.fromEntries([...row.querySelectorAll('input')].map(input => [input.name, input.value.trim()])))
  .filter(code => Object.values(code).some(Boolean));

function addCode() {
  const row = codeRow();
  byId('codes').append(row);
  row.querySelector('input').focus();
}

// --- the form --------------------------------------------------------------------------------------------

// The form holds this exam as it was when its button was pressed; null: a new one.
let changing = null;

function fillForm(entry) {
  changing = entry;
  byId('what').textContent = entry ? `Change the exam of ${personName(entry.attributes.PatientName)}` : 'Schedule an exam';
  add.textContent = entry ? 'Replace' : 'Schedule';
  leave.hidden = !entry;
  byId('stays').hidden = !entry;
  byId('entry').reset();
  for (const [keyword, , , type] of fields) {
    byId(keyword).readOnly = Boolean(entry) && fixed.includes(keyword);
    if (entry) byId(keyword).value = asTyped(entry.attributes[keyword] ?? '', type);
  }
  showCodes(entry?.attributes[codesKeyword] ?? []);
}

function changeButton(entry, about) {
  const button = make('button', { type: 'button', 'aria-label': `Change: ${about}` }, 'Change');
  button.addEventListener('click', () => {
    fillForm(entry);
    byId(fields[0][0]).focus();
  });
  return withhold(button, closed);
}

function row(entry) {
  const said = entry.attributes;
  const about = personName(said.PatientName);
  const time = (said.ScheduledProcedureStepStartTime ?? '').replace(/^(\d\d)(\d\d).*$/, '$1:$2');
  const codes = (said.ScheduledProtocolCodeSequence ?? []).map(code => code.CodeMeaning).join(', ');
  const name = entry.study ? make('a', { href: `study.html#${encodeURIComponent(entry.study)}` }, about) : about;
  return make('tr', { id: `exam-${entry.id}` }, cell('State', mark(entry), entry.conflict ? make('div', { className: 'notice bad' }, entry.conflict, make('div', {}, entry.study ? 'That one was not tied: the exam has its study.' : 'They were not tied. If it is the exam that is wrong: change it, or delete it and schedule it anew.')) : null),
    make('th', { scope: 'row' }, name, make('div', { className: 'quiet' }, `${said.PatientID}, accession number ${said.AccessionNumber}`),
      entry.file ? make('div', { className: 'quiet' }, `from ${entry.file}`) : null),
    cell('Scheduled', `${day(said.ScheduledProcedureStepStartDate)} ${time}`.trim()),
    cell('Exam', [said.Modality, said.ScheduledProcedureStepDescription, codes].filter(Boolean).join(' · ')),
    cell('Station', said.ScheduledStationAETitle ?? ''),
    make('td', { className: 'actions' }, changeButton(entry, about), ' ', deleteButton(entry, about)));
}

let shown = '';
let closed = null; // why the reader may not change the list

async function askAndDraw() {
  const status = await showStatus();
  const on = status.state === 'running' && status.worklist?.enabled;
  byId('on').hidden = !on;
  byId('off').hidden = status.state !== 'running' || on;
  byId('warning').textContent = status.worklist?.warning ?? '';
  byId('warning').hidden = !status.worklist?.warning;
  closed = await whyNot('operator');
  if (!on) return;
  tellWhyNot(closed, 'Exams cannot be scheduled or deleted.');
  withhold(byId('schedule'), closed);
  showFiles(status.worklistFolder);
  const { entries, limit } = await get('cmr/worklist');
  byId('none').hidden = entries.length > 0;
  byId('more').hidden = entries.length < limit;
  const now = JSON.stringify([closed, entries]);
  if (now === shown) return;
  shown = now;
  const giveBack = keyboardIn(byId('entries'));
  byId('entries').replaceChildren(...entries.map(row));
  giveBack();
}

// Files that a hospital's system put there and that cannot be used.
let told = null;
function showFiles(folder) {
  const now = JSON.stringify(folder ?? null);
  if (now === told) return;
  told = now;
  const refused = folder?.refused ?? [];
  byId('files').replaceChildren(
    folder?.problem ? make('div', { className: 'notice bad' }, `The folder cannot be followed: ${folder.problem}`) : '',
    refused.length === 0 ? '' : make('section', { className: 'sheet', 'aria-label': 'Refused files' }, make('h2', {}, 'Refused files'),
      make('ul', { className: 'clauses' }, ...refused.map(one => make('li', {}, make('strong', {}, one.file), `: ${one.reason}`)))));
}

async function schedule() {
  const entry = { ...changing?.attributes }; // what the form does not ask for stays
  for (const [keyword, , , type] of fields) {
    const text = asDicom(byId(keyword).value.trim(), type);
    if (text) entry[keyword] = text;
    else delete entry[keyword];
  }
  const codes = typedCodes();
  if (codes.length > 0) entry[codesKeyword] = codes;
  else delete entry[codesKeyword];
  const body = JSON.stringify(entry);
  if (changing) await unlessChanged(() => put(addressOf(changing), body, ofVersion(changing)));
  else await post('cmr/worklist', body);
  say(changing ? 'Changed.' : 'Scheduled.');
  fillForm(null);
  await refresh();
}

frame('Worklist');
const list = make('dl');
for (const [keyword, name, needed, type] of fields) {
  list.append(make('dt', {}, make('label', { for: keyword }, needed ? name : `${name} (if known)`)),
    make('dd', {}, make('input', { id: keyword, type: type ?? 'text', step: type === 'time' ? '1' : undefined, required: needed, defaultValue: keyword === 'Modality' ? 'MR' : '' })));
}
const more = make('button', { type: 'button', id: 'more-codes' }, 'Another code');
more.addEventListener('click', addCode);
list.append(make('dt', {}, 'Protocol codes (if known)'), make('dd', {}, make('div', { id: 'codes' }), more));
const add = make('button', { type: 'submit', id: 'schedule' }, 'Schedule');
const leave = make('button', { type: 'button', id: 'leave', hidden: true }, 'Leave it as it is');
leave.addEventListener('click', () => {
  fillForm(null);
  byId(fields[0][0]).focus();
});
byId('entry').append(list, add, ' ', leave);
showCodes([]);
byId('entry').addEventListener('submit', event => {
  event.preventDefault();
  act(add, schedule);
});
const refresh = repeat(askAndDraw, 3000);
