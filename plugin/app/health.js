// Workers, queue, disk and versions, live.
import { access, act, byId, bytes, cell, definitions, frame, getOr, make, post, repeat, showStatus, whyNot, withhold } from './common.js';
import { stateNames } from './jobs.js';

// As a job goes through them.
const stateOrder = ['queued', 'leased', 'storing', 'retry', 'done', 'notAnalysable', 'dead', 'cancelled'];
const mark = (good, yes, no) => make('span', { className: `mark ${good ? 'good' : 'bad'}` }, good ? yes : no);
let system = null;

function fill(id, pairs) {
  const list = definitions(pairs);
  const place = byId(id);
  if (place.innerHTML !== list.outerHTML) place.replaceChildren(list);
}

// --- workers ------------------------------------------------------------------------------------------

const workerStates = { stopped: ['starts with the next job', 'good'], starting: ['starting', 'doubt'], ready: ['ready', 'good'], busy: ['in analysis', 'good'] };

function stateOf(worker, isServing) {
  const state = worker.state ?? (!worker.running ? 'stopped' : worker.ready ? 'ready' : 'starting');
  const [word, kind] = state === 'stopped' && !isServing ? ['stopped', 'bad'] : workerStates[state] ?? [state, ''];
  return make('span', { className: `mark ${kind}` }, word);
}

const ofBytes = (used, all) => (typeof all !== 'number' ? '' : typeof used !== 'number' ? bytes(all) : `${bytes(used)} of ${bytes(all)}`);

// The page "Models" has the whole hash.
function packageOf(worker) {
  if (!worker.ready || !worker.package) return '';
  return make('span', { title: worker.package }, worker.package.replace(/[0-9a-f]{64}/, hash => hash.slice(0, 12)));
}

function batchOf({ batch }) {
  if (!batch) return '';
  return `${batch.size}${batch.halvings > 0 ? `, halved ${batch.halvings === 1 ? 'once' : `${batch.halvings} times`}` : ''}`;
}

// Name of a column, and what stands there of a worker; a column of which no worker has anything is left out.
const workerColumns = [
  ['State', (worker, isServing) => stateOf(worker, isServing)],
  ['Job', ({ job }) => (job ? make('span', { title: job }, job.slice(0, 8)) : '')],
  ['Process', ({ running, processId }) => (running && processId ? String(processId) : '')],
  ['Package', packageOf],
  ['Computes on', ({ running, device }) => (running && device) || ''],
  ['GPU', ({ gpu, deviceName }) => [gpu, deviceName].filter(Boolean).join(' · ')],
  ['GPU memory', worker => ofBytes(worker.deviceMemoryUsedBytes, worker.deviceMemoryBytes)],
  ['Images at once', batchOf],
  ['Jobs without GPU', ({ jobsOnProcessor }) => (jobsOnProcessor ? String(jobsOnProcessor) : '')],
  ['Memory', ({ residentBytes }) => (residentBytes ? bytes(residentBytes) : '')],
  ['Restarts', ({ restarts }) => (restarts ? String(restarts) : '')],
  ['Trouble', ({ trouble }) => trouble ?? ''],
  ['Last failure', ({ lastFailure }) => lastFailure ?? ''],
];

function fillWorkers(workers, isServing) {
  const [head, body] = byId('workers').querySelectorAll('thead, tbody');
  const columns = workerColumns.map(([name, of]) => [name, workers.map(worker => of(worker, isServing))])
    .filter(([, values]) => values.some(value => value !== ''));
  const rows = workers.map((worker, at) => make('tr', {}, make('th', { scope: 'row' }, `Worker ${worker.slot ?? at + 1}`),
    ...columns.map(([name, values]) => cell(name, values[at]))));
  const names = make('tr', {}, ...['Worker', ...columns.map(([name]) => name)].map(name => make('th', { scope: 'col' }, name)));
  byId('workers').hidden = rows.length === 0;
  if (head.innerHTML !== names.outerHTML) head.replaceChildren(names);
  if (body.innerHTML !== rows.map(row => row.outerHTML).join('')) body.replaceChildren(...rows);
}

// Their program is installed apart from the plugin, and may be another.
function workerVersions(workers, plugin) {
  const versions = [...new Set(workers.map(worker => worker.programVersion).filter(Boolean))];
  if (versions.length === 0) return 'not known before the first job';
  if (versions.every(version => version === plugin)) return plugin;
  return make('span', {}, `${versions.join(', ')} `, make('span', { className: 'mark doubt' }, 'not that of the plugin'));
}

// For a destination that is in trouble: what waits is tried at once, what was given up waits again.
function sendAgain(one, closed) {
  if (one.dead === 0 && !(one.trouble && one.waiting > 0)) return null;
  const button = make('button', { type: 'button', 'aria-label': `Send again: ${one.name}` }, 'Send again');
  button.addEventListener('click', () => act(button, () => post('cmr/deliveries/retry', JSON.stringify({ destination: one.name })), 'It is being tried.'));
  return make('div', { className: 'controls' }, withhold(button, closed));
}

async function askAndDraw() {
  const status = await showStatus();
  const workers = status.workers ?? (status.worker ? [status.worker] : []);
  system ??= await getOr('system', null);
  fill('service', [['State', mark(status.state === 'running', 'running', status.state)], ['Reason', status.reason],
    ['Worklist', status.worklist?.enabled ? mark(!status.worklist.problem, 'served', status.worklist.problem) : 'off']]);
  const me = await access();
  fill('access', [['You are', me.user ?? 'not named'], ['Role', me.role], ['Why', me.because],
    ['Orthanc asks for users', me.archiveAuthenticates ? 'yes' : 'no']]);
  fill('versions', [['Plugin', `${status.program ?? ''} ${status.version ?? ''}`], ['Workers', workers.length > 0 ? workerVersions(workers, status.version) : null],
    ['Libraries', [...new Set(workers.map(worker => worker.libraries).filter(Boolean))].join(', or ') || null], ['Orthanc', system?.Version], ['Name', system?.Name],
    ['DICOM', system ? `${system.DicomAet}, port ${system.DicomPort}` : null], ['Plugins', system?.PluginsEnabled ? 'enabled' : null]]);
  fillWorkers(workers, status.state === 'running');
  if (!status.intake) return; // the service does not run
  fill('queue', [...stateOrder.map(state => [stateNames[state], String(status.jobs?.[state] ?? 0)]),
    ['Waiting for their study', String(status.intake.waitingForStudy)], ['Waiting for their hours', String(status.intake.waitingForHours)],
    ['Submitted since the start', String(status.intake.submitted)], ['Left alone since the start', String(status.intake.skipped)],
    ['Change log read up to', String(status.intake.lastChange)]]);
  const destinations = status.destinations ?? [];
  const closed = await whyNot('operator');
  fill('destinations', destinations.length === 0 ? [['Destinations', 'none configured']] : destinations.map(one => [one.name,
    make('div', {}, mark(!one.trouble && one.dead === 0, 'well', one.trouble ? 'fails' : 'given up on some'),
      ` ${one.sent} sent, ${one.waiting} waiting, ${one.dead} given up`, one.trouble ? make('div', {}, one.trouble) : null, sendAgain(one, closed))]));
  fill('disk', [...(status.resources?.disks ?? []).map(disk => [`Free in ${disk.folder}`, bytes(disk.freeBytes)]),
    ['Free memory', bytes(status.resources?.memoryBytes)], ['The queue takes', bytes(status.database?.bytes)]]);
}

frame('Health');
repeat(askAndDraw, 3000);
