// Worker, queue, disk and versions, live.
import { access, act, byId, bytes, definitions, frame, getOr, make, post, repeat, showStatus, stateNames, whyNot, withhold } from './common.js';

// As a job goes through them.
const stateOrder = ['queued', 'leased', 'storing', 'retry', 'done', 'notAnalysable', 'dead', 'cancelled'];
const mark = (good, yes, no) => make('span', { className: `mark ${good ? 'good' : 'bad'}` }, good ? yes : no);
let system = null;

function fill(id, pairs) {
  const list = definitions(pairs);
  const place = byId(id);
  if (place.innerHTML !== list.outerHTML) place.replaceChildren(list);
}

// For a destination that is in trouble: what waits is tried at once, what was given up waits again.
function sendAgain(one, closed) {
  if (one.dead === 0 && !(one.trouble && one.waiting > 0)) return null;
  const button = make('button', { type: 'button', 'aria-label': `Send again: ${one.name}` }, 'Send again');
  button.addEventListener('click', () => act(button, () => post('cmr/deliveries/retry', JSON.stringify({ destination: one.name })), 'It is being tried.'));
  return make('div', { className: 'controls' }, withhold(button, closed));
}

async function refresh() {
  const status = await showStatus();
  system ??= await getOr('system', null);
  fill('service', [['State', mark(status.state === 'running', 'running', status.state)], ['Reason', status.reason],
    ['Worklist', status.worklist?.enabled ? mark(!status.worklist.problem, 'served', status.worklist.problem) : 'off']]);
  const me = await access();
  fill('access', [['You are', me.user ?? 'not named'], ['Role', me.role], ['Why', me.because],
    ['Orthanc asks for users', me.archiveAuthenticates ? 'yes' : 'no']]);
  fill('versions', [['Plugin', `${status.program ?? ''} ${status.version ?? ''}`], ['Orthanc', system?.Version], ['Name', system?.Name],
    ['DICOM', system ? `${system.DicomAet}, port ${system.DicomPort}` : null], ['Plugins', system?.PluginsEnabled ? 'enabled' : null]]);
  const worker = status.worker;
  if (!worker) return;
  fill('worker', [['Process', worker.running ? mark(true, `running, ${worker.processId}`, '') : mark(status.state === 'running', 'starts with the next job', 'stopped')],
    ['Package loaded', worker.ready ? worker.package : 'not yet'], ['Computes on', worker.device], ['Restarts', String(worker.restarts)], ['Last failure', worker.lastFailure || 'none']]);
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
repeat(refresh, 3000);
