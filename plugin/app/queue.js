// The queue: live, filtered, with what an operator may do.
import { act, byId, cell, day, frame, get, getOr, make, personName, post, repeat, seriesName, shortVerdict, showStatus, tellWhyNot, time, update, whyNot, withhold } from './common.js';
import { openStates, progressOf, stateMark, stateNames } from './jobs.js';

const mostJobs = 200; // asked for; a text is looked for among these
const mostSkipped = 100;
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
    openStates.has(job.state) ? button('Cancel', about, () => post(`cmr/jobs/${job.id}/cancel`), 'Cancelled.') : null,
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

// The banner says when no job is taken; the button does the opposite of what holds.
async function showMode() {
  const queue = await getOr('cmr/queue', null);
  const button = byId('mode');
  button.hidden = !queue;
  if (queue) button.textContent = queue.mode === 'running' ? 'Pause the queue' : 'Resume the queue';
  withhold(button, closed);
}

async function changeMode() {
  await post(byId('mode').textContent === 'Pause the queue' ? 'cmr/queue/pause' : 'cmr/queue/resume');
  await refresh();
}

// Not the buttons' words: whoever looks for "cancel" means none of those that can be.
const wordsOf = row => [...row.cells].filter(one => !one.classList.contains('actions')).map(one => one.textContent).join(' ').toLowerCase();

// As the archive told them last: a text is looked for here, with no word to the archive.
let told = null;

function draw() {
  if (!told) return;
  const text = byId('text').value.trim().toLowerCase();
  const fits = row => !text || wordsOf(row).includes(text);
  const jobs = told.jobs.map(one => jobRow(...one)).filter(fits);
  update(byId('jobs'), jobs);
  byId('none').hidden = jobs.length > 0;
  byId('more').hidden = told.jobs.length < mostJobs;
  update(byId('skipped'), told.skipped.map(one => skippedRow(...one)).filter(fits));
  byId('more-skipped').hidden = told.skipped.length < mostSkipped;
}

async function askAndDraw() {
  const status = await showStatus();
  closed = await whyNot('operator');
  tellWhyNot(closed, 'Retry, cancel, analyse and pause cannot be pressed.');
  if (status.state !== 'running') return;
  await showMode();
  const state = byId('state').value;
  const counts = status.jobs ?? {};
  byId('counts').textContent = Object.entries(counts).filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${stateNames[name] ?? name}`).join(' · ');
  const { jobs } = await get(`cmr/jobs?limit=${mostJobs}${state ? `&state=${state}` : ''}`);
  const { skipped } = await get(`cmr/skipped?limit=${mostSkipped}`);
  told = {
    jobs: await Promise.all(jobs.map(async job => [job, await known(studies, 'studies', job.study),
      job.series.length > 0 ? await known(series, 'series', job.series[0]) : null])),
    skipped: await Promise.all(skipped.map(async entry =>
      [entry, await known(studies, 'studies', entry.study), await known(series, 'series', entry.series)])),
  };
  draw();
}

frame('Queue');
for (const [id, name] of Object.entries(stateNames)) byId('state').append(make('option', { value: id }, name));
byId('filter').addEventListener('submit', event => event.preventDefault());
const refresh = repeat(askAndDraw, 3000);
byId('text').addEventListener('input', draw);
byId('state').addEventListener('change', () => refresh().catch(() => {})); // what failed was said
byId('mode').addEventListener('click', event => act(event.target, changeMode));
