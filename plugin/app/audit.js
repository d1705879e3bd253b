// The audit trail, page by page.
import { byId, cell, day, frame, get, make, personName, repeat, showStatus, tellWhyNot, time, whyNot } from './common.js';
import { stateNames } from './jobs.js';

const pageSize = 50;
let offset = 0;
let shown = '';

const actions = {
  'job cancel': 'Job cancelled', 'job retry': 'Job queued again', 'job priority': 'Priority of a job',
  'job analyze': 'Analysis asked for', 'queue mode': 'The queue', 'deliveries retry': 'Sent on again',
  'worklist schedule': 'Exam scheduled', 'worklist reschedule': 'Exam changed', 'worklist unschedule': 'Exam deleted',
  'worklist import': 'Exam read from a file', 'worklist withdraw': 'Exam withdrawn with its file', 'worklist expire': 'Exam expired',
  'rules replace': 'Rules put into use here', 'rules reload': 'Rules read again', 'rules found': 'Rules changed on disk',
  'study report': 'Report on a study asked for', 'study haematocrit': 'Haematocrit of a study',
  'package found': 'Model package changed on disk', 'package choose': 'Package for new analyses', 'queue backfill': 'Days looked at again',
};
const names = { ScheduledProtocolCodeSequence: 'protocol', ScheduledStationAETitle: 'station AE title', StudyInstanceUID: 'study instance UID', state: 'state', priority: 'priority', mode: 'mode', sha256: 'hash', queued: 'queued', deliveries: 'sending on' };

function plain(key, value) {
  if (key === 'state') return stateNames[value] ?? value;
  if (key === 'package') return value ?? 'as configured';
  if (key === 'sha256') return value.slice(0, 12);
  if (key === 'PatientName') return personName(value);
  if (/Date$/.test(key)) return day(value);
  if (Array.isArray(value)) return value.map(one => one.CodeMeaning ?? JSON.stringify(one)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

// "ScheduledProcedureStepStartDate" as words.
const words = key => names[key] ?? key.replace(/^ScheduledProcedureStep(?=.)/, '').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().replace(/\b(id|uid)\b/g, part => part.toUpperCase());

// Of two values of the same thing, what differs.
function values(one, other) {
  const keys = Object.keys(one ?? {}).filter(key => one[key] !== '' && JSON.stringify(one[key]) !== JSON.stringify(other?.[key]));
  return keys.map(key => make('div', { className: 'value', title: String(one[key] ?? '') }, `${words(key)} ${plain(key, one[key])}`));
}

function who(entry) {
  if (entry.role === 'service') return make('span', { className: 'quiet' }, entry.action === 'expire' ? 'nobody: its day is over' : 'not known: found on disk');
  return `${entry.user ?? 'nobody is named'}, ${entry.role}`;
}

function subject(entry) {
  if (!entry.subject) return null;
  const text = entry.kind === 'job' || entry.kind === 'worklist' ? entry.subject.slice(0, 8) : entry.subject;
  return make('div', { className: 'quiet', title: entry.subject }, text);
}

function what(entry) {
  if (entry.action === 'found' && !entry.was) return entry.kind === 'rules' ? 'Rules at the first start' : 'Model package at the first start';
  return actions[`${entry.kind} ${entry.action}`] ?? `${entry.kind} ${entry.action}`;
}

function row(entry) {
  return make('tr', {}, cell('When', time(entry.time)), make('th', { scope: 'row' }, who(entry)),
    cell('What', what(entry), subject(entry)),
    cell('From', ...values(entry.was, entry.became)), cell('To', ...values(entry.became, entry.was)));
}

async function askAndDraw() {
  const status = await showStatus();
  const closed = await whyNot('administrator');
  tellWhyNot(closed, 'Who changed what is for administrators.');
  const on = status.state === 'running' && !closed;
  byId('open').hidden = !on;
  if (!on) return;
  const kind = byId('kind').value;
  const { entries } = await get(`cmr/audit?limit=${pageSize}&offset=${offset}${kind && `&kind=${kind}`}`);
  byId('newer').disabled = offset === 0;
  byId('older').disabled = entries.length < pageSize;
  byId('none').hidden = entries.length > 0;
  byId('which').textContent = offset === 0 ? 'Changes, the latest first' : `Changes, from the ${offset + 1}th latest on`;
  const now = JSON.stringify(entries);
  if (now === shown) return;
  shown = now;
  byId('entries').replaceChildren(...entries.map(row));
}

function goTo(place) {
  offset = Math.max(0, place);
  refresh().catch(() => {}); // what failed was said
}

frame('Audit');
const refresh = repeat(askAndDraw, 5000);
byId('kind').addEventListener('change', () => goTo(0));
byId('newer').addEventListener('click', () => goTo(offset - pageSize));
byId('older').addEventListener('click', () => goTo(offset + pageSize));
byId('filter').addEventListener('submit', event => event.preventDefault());
