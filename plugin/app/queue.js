// The queue: live, filtered, with what an operator may do.
import { act, byId, cell, day, frame, get, getOr, keyboardIn, make, personName, post, repeat, say, seriesName, shortVerdict, showStatus, stateMark, stateNames, tellWhyNot, time, whyNot, withhold } from './common.js';

const open = new Set(['queued', 'leased', 'storing', 'retry']);
const mostJobs = 200; // asked for; a text is looked for among these
const again = new Set(['dead', 'notAnalysable', 'cancelled', 'done', 'retry']);
const studies = new Map();
const series = new Map();
let closed = null; // why the reader may not work the queue

// Names are asked of the archive once and kept while the page is open; null: it has none of that. Where it does not answer
// it is asked again.
async function known(map, kind, id) {
  if (!map.has(id)) {
    map.set(id, get(`${kind}/${encodeURIComponent(id)}`).catch(refusal => {
      if (refusal.status === 404) return null;
      map.delete(id);
      throw refusal;
    }));
  }
  return map.get(id);
}

function studyLink(id, study) {
  const tags = study?.MainDicomTags ?? {};
  const name = study ? personName(study.PatientMainDicomTags?.PatientName) : 'no longer in the archive';
  const more = [day(tags.StudyDate), tags.StudyDescription].filter(Boolean).join(', ');
  return [make('a', { href: `study.html#${encodeURIComponent(id)}` }, name), more ? make('div', { className: 'quiet' }, more) : null];
}

function button(label, about, work, done) {
  const element = make('button', { type: 'button', 'aria-label': `${label}: ${about}` }, label);
  element.addEventListener('click', () => act(element, async () => { await work(); await refresh(); }, done));
  return withhold(element, closed);
}

// Guessed from how fast the job went since the page is open, else since it began; both by the archive's clock.
// The first tenth, in which the worker starts and images are fetched, says nothing of the rest.
const firstSeen = new Map();
function timeLeft(job) {
  const now = { progress: job.progress, at: Date.parse(job.updated) };
  const first = firstSeen.get(job.id);
  if (first?.since !== job.since && now.progress >= 0.1) firstSeen.set(job.id, { ...now, since: job.since });
  const from = first?.since === job.since && now.progress - first.progress >= 0.05 ? first : now.progress >= 0.4 ? { progress: 0, at: Date.parse(job.since) } : null;
  if (!from) return '';
  const minutes = (now.at - from.at) / 60_000 * (1 - now.progress) / (now.progress - from.progress);
  return minutes < 1 ? 'less than a minute left' : `about ${Math.round(minutes)} min left`;
}

function progressOf(job) {
  if (job.state === 'retry') return make('span', { className: 'quiet' }, 'again at ', time(job.retryAt));
  if (job.state !== 'leased') return '';
  return make('div', {}, make('progress', { max: 1, value: job.progress, 'aria-label': 'Progress' }), ` ${job.stage}`,
    make('div', { className: 'quiet' }, timeLeft(job)));
}

// What a job is about: a report on its study, one series, or the many that make one stack.
function subjectOf(job, first) {
  if (job.scope === 'study') return 'report on the study';
  const more = job.series.length > 1 ? ` and ${job.series.length - 1} more of its stack` : '';
  return (first ? seriesName(first) : 'series no longer in the archive') + more;
}

// "Retry" is for what went wrong; what ended well is done once more.
function againLabel(job) {
  if (job.state === 'retry') return 'Try now';
  if (job.state === 'dead' || job.state === 'cancelled') return 'Retry';
  return job.scope === 'study' ? 'Write again' : 'Analyse again';
}

function jobRow(job, study, first) {
  const subject = subjectOf(job, first);
  const about = `${personName(study?.PatientMainDicomTags?.PatientName)}, ${subject}`;
  const actions = [
    again.has(job.state) ? button(againLabel(job), about, () => post(`cmr/jobs/${job.id}/retry`), 'Queued again.') : null,
    open.has(job.state) ? button('Cancel', about, () => post(`cmr/jobs/${job.id}/cancel`), 'Cancelled.') : null,
  ];
  return make('tr', { id: `job-${job.id}` }, cell('State', stateMark(job.state)),
    make('th', { scope: 'row' }, ...studyLink(job.study, study)), cell('Series', subject),
    cell('Progress', progressOf(job)), cell('Changed', time(job.updated)),
    cell('Why', job.reason || make('span', { className: 'quiet' }, job.scope === 'study' ? 'its series have ended' : `rule "${job.rule}"`)),
    make('td', { className: 'actions' }, ...actions));
}

// Every failing clause of every rule is long: it is there when somebody asks.
function foldedReason(reason) {
  const short = shortVerdict(reason);
  if (short === reason) return reason;
  return make('details', {}, make('summary', {}, short), reason.slice(short.length + 2));
}

function skippedRow(entry, study, one) {
  const description = one ? `${seriesName(one)} (${one.MainDicomTags?.Modality ?? ''})` : 'no longer in the archive';
  const held = entry.reason.startsWith('held: ') || entry.reason.startsWith('waits for its hours');
  return make('tr', { id: `skipped-${entry.series}` }, make('th', { scope: 'row' }, ...studyLink(entry.study, study)), cell('Series', description),
    cell('Since', time(entry.time)), cell('Why', foldedReason(entry.reason)),
    make('td', { className: 'actions' }, held
      ? button('Analyse', description, () => post(`cmr/series/${entry.series}/analyze`), 'Queued.')
      : make('a', { className: 'button', href: `rules.html#${encodeURIComponent(entry.series)}`, 'aria-label': `Explain: ${description}` }, 'Explain')));
}

// Only what changed is drawn anew, so that the keyboard's place and an open menu stay.
function update(body, rows) {
  const giveBack = keyboardIn(body);
  const before = [...body.children];
  rows.forEach((row, at) => {
    const old = before[at];
    if (old?.id === row.id && old.querySelector('details[open]')) row.querySelector('details')?.setAttribute('open', '');
    if (!old) body.append(row);
    else if (old.outerHTML !== row.outerHTML) old.replaceWith(row);
  });
  before.slice(rows.length).forEach(row => row.remove());
  giveBack();
}

// The banner says when no job is taken; the button does the opposite of what holds.
async function showMode() {
  const queue = await getOr('cmr/queue', null);
  const button = byId('mode');
  button.hidden = !queue;
  if (queue) button.textContent = queue.mode === 'running' ? 'Pause' : 'Resume';
  withhold(button, closed);
}

async function changeMode() {
  await post(byId('mode').textContent === 'Pause' ? 'cmr/queue/pause' : 'cmr/queue/resume');
  await refresh();
}

const fits = (text, row) => !text || row.textContent.toLowerCase().includes(text);

async function refresh() {
  const status = await showStatus();
  closed = await whyNot('operator');
  tellWhyNot(closed, 'Retry, cancel, analyse and pause cannot be pressed.');
  if (status.state !== 'running') return;
  await showMode();
  const state = byId('state').value;
  const text = byId('text').value.trim().toLowerCase();
  const counts = status.jobs ?? {};
  byId('counts').textContent = Object.entries(counts).filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${stateNames[name] ?? name}`).join(' · ');
  const { jobs } = await get(`cmr/jobs?limit=${mostJobs}${state ? `&state=${state}` : ''}`);
  const rows = await Promise.all(jobs.map(async job => jobRow(job, await known(studies, 'studies', job.study),
    job.series.length > 0 ? await known(series, 'series', job.series[0]) : null)));
  const shown = rows.filter(row => fits(text, row));
  update(byId('jobs'), shown);
  byId('none').hidden = shown.length > 0;
  byId('more').hidden = jobs.length < mostJobs;
  const { skipped } = await get('cmr/skipped?limit=100');
  const others = await Promise.all(skipped.map(async entry =>
    skippedRow(entry, await known(studies, 'studies', entry.study), await known(series, 'series', entry.series))));
  update(byId('skipped'), others.filter(row => fits(text, row)));
}

frame('Queue');
for (const [id, name] of Object.entries(stateNames)) byId('state').append(make('option', { value: id }, name));
byId('filter').addEventListener('submit', event => event.preventDefault());
byId('filter').addEventListener('input', () => refresh().catch(refusal => say(refusal.message, 'bad')));
byId('mode').addEventListener('click', event => act(event.target, changeMode));
repeat(refresh, 3000);
