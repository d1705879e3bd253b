// The audit trail, page by page.
import { byId, cell, day, frame, get, keyboardIn, make, personName, repeat, showStatus, tellWhyNot, time, whyNot } from './common.js';
import { stateNames } from './jobs.js';

const pageSize = 50;
let offset = 0;
let shown = '';
let about = null; // the entry whose subject alone is shown
const studiesOfJobs = new Map();

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

// Kinds of which there are many: one of them can be looked at alone.
const ones = { job: 'job', study: 'study', worklist: 'exam', package: 'model package', deliveries: 'destination' };
const shortSubject = entry => (['job', 'study', 'worklist'].includes(entry.kind) ? entry.subject.slice(0, 8) : entry.subject);

// Of a job that is no longer on record nobody knows the study; where the archive does not answer it is asked again.
async function studyOf(job) {
  if (!studiesOfJobs.has(job)) {
    const found = await get(`cmr/jobs/${encodeURIComponent(job)}`).catch(refusal => (refusal.status === 404 ? {} : null));
    if (!found) return '';
    studiesOfJobs.set(job, found.study ?? '');
  }
  return studiesOfJobs.get(job);
}

async function pageOf(entry) {
  if (entry.kind === 'study') return `study.html#${encodeURIComponent(entry.subject)}`;
  if (entry.kind !== 'job') return { worklist: 'worklist.html', rules: 'rules.html', package: 'models.html' }[entry.kind] ?? null;
  const study = await studyOf(entry.subject);
  return study && `study.html#${encodeURIComponent(study)}`;
}

function subject(entry, page) {
  if (!entry.subject) return null;
  const text = shortSubject(entry);
  const name = page ? make('a', { href: page, title: entry.subject }, text) : make('span', { title: entry.subject }, text);
  if (about || !ones[entry.kind]) return make('div', { className: 'quiet' }, name);
  const only = make('button', { type: 'button', 'aria-label': `Only this: ${ones[entry.kind]} ${text}` }, 'Only this');
  only.addEventListener('click', () => showOnly(entry));
  return make('div', { className: 'quiet' }, name, ' ', only);
}

function showOnly(entry) {
  about = entry;
  byId('about').hidden = !entry;
  byId('subject').textContent = entry ? `Only what was done to ${ones[entry.kind]} ${shortSubject(entry)}` : '';
  (entry ? byId('all') : byId('kind')).focus();
  goTo(0);
}

function what(entry) {
  if (entry.action === 'found' && !entry.was) return entry.kind === 'rules' ? 'Rules at the first start' : 'Model package at the first start';
  return actions[`${entry.kind} ${entry.action}`] ?? `${entry.kind} ${entry.action}`;
}

function row([entry, page]) {
  return make('tr', { id: `audit-${entry.id}` }, cell('When', time(entry.time)), make('th', { scope: 'row' }, who(entry)),
    cell('What', what(entry), subject(entry, page)),
    cell('From', ...values(entry.was, entry.became)), cell('To', ...values(entry.became, entry.was)));
}

// No word of a patient: a user, and the number of a job, an exam or a study.
function asked() {
  const query = new URLSearchParams({ limit: pageSize, offset });
  const wanted = { kind: about?.kind ?? byId('kind').value, user: byId('user').value.trim(), subject: about?.subject ?? '' };
  for (const [name, value] of Object.entries(wanted)) if (value) query.set(name, value);
  return query;
}

async function askAndDraw() {
  const status = await showStatus();
  const closed = await whyNot('administrator');
  tellWhyNot(closed, 'Who changed what is for administrators.');
  const on = status.state === 'running' && !closed;
  byId('open').hidden = !on;
  if (!on) return;
  const { entries } = await get(`cmr/audit?${asked()}`);
  byId('newer').disabled = offset === 0;
  byId('older').disabled = entries.length < pageSize;
  byId('none').hidden = entries.length > 0;
  byId('which').textContent = offset === 0 ? 'Changes, the latest first' : `Changes, from the ${offset + 1}th latest on`;
  const pages = await Promise.all(entries.map(async entry => [entry, await pageOf(entry)]));
  const now = JSON.stringify([about?.id, pages]);
  if (now === shown) return;
  shown = now;
  const giveBack = keyboardIn(byId('entries'));
  byId('entries').replaceChildren(...pages.map(row));
  giveBack();
}

function goTo(place) {
  offset = Math.max(0, place);
  refresh().catch(() => {}); // what failed was said
}

frame('Audit');
const refresh = repeat(askAndDraw, 5000);
byId('kind').addEventListener('change', () => showOnly(null));
byId('user').addEventListener('change', () => goTo(0));
byId('user').addEventListener('input', event => event.target.value === '' && goTo(0)); // emptied by its button
byId('all').addEventListener('click', () => showOnly(null));
byId('newer').addEventListener('click', () => goTo(offset - pageSize));
byId('older').addEventListener('click', () => goTo(offset + pageSize));
byId('filter').addEventListener('submit', event => event.preventDefault());
