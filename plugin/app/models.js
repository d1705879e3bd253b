// The model packages that are installed: what they are, what was measured, their cards, and which one new analyses use.
import { act, byId, cell, definitions, frame, get, make, post, put, remove, say, scrolling, showStatus, tellWhyNot, time, whyNot, withhold } from './common.js';

const releaseKind = { report: 'good', flag: 'doubt', off: 'bad' };
const releaseWord = { report: 'reported', flag: 'reported with a reservation', off: 'kept back', replaced: 'not used: a head of its own outlines it', silent: 'gives no answer' };

const taskWords = { sequence: 'Kind of sequence', view: 'View', seg_cine_sax: 'Short-axis cine', seg_cine_sax_rv: 'Short-axis cine, right ventricle', seg_cine_lax: 'Long-axis cine', seg_lge_sax: 'Late enhancement', seg_map_sax: 'T1 and T2 maps',
  landmarks: 'Landmarks', lge_presence: 'Whether there is late enhancement', disease: 'Disease' };
const evidenceWords = { real: 'real hearts', phantom: 'drawn hearts', both: 'real and drawn hearts', 'non-expert': 'drawn hearts, and a non-expert\'s outlines of real ones' };

// A right ventricle of its own head takes the place of that of the short axis.
const isReplaced = (id, label, heads) => id === 'seg_cine_sax' && label.name === 'rv_cavity' && 'seg_cine_sax_rv' in heads;

// Heads that are not run, by task, with the reason: their silence is no answer.
function silence(silent) {
  const tasks = Object.entries(silent ?? {});
  return tasks.length === 0 ? [] : [make('div', { className: 'notice doubt' }, make('strong', {}, 'Heads that give no answer'),
    make('ul', { className: 'clauses' }, ...tasks.map(([task, reason]) => make('li', {}, `${taskWords[task] ?? task}: ${reason}`))))];
}

// What reaches a report comes first.
function headTable(heads, silent = {}) {
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

const shownNumber = value => (typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3) : String(value));

// What training writes into the manifest, in words; what is not listed here shows under its own name.
const measuredOn = { validation: 'On patients held out of training, by which the weights were chosen' };
const measured = { lvDice: 'LV cavity: Dice, mean of the frames', lvDiceWorstPatient: 'LV cavity: Dice of the worst patient', lvMyocardiumDice: 'LV myocardium: Dice, mean of the frames',
  firstLookErrorMm: 'Heart found by the first look: off by (mm)', step: 'Weights of training step' };

function metricLists(metrics) {
  return Object.entries(metrics ?? {}).map(([name, values]) => make('section', { className: 'sheet', 'aria-label': measuredOn[name] ?? name }, make('h3', {}, measuredOn[name] ?? name),
    definitions(Object.entries(values).filter(([, value]) => typeof value !== 'object').map(([key, value]) => [measured[key] ?? key, shownNumber(value)]))));
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

function blockOf(block) {
  const lines = block.split('\n');
  const heading = /^(#+)\s+(.*)$/.exec(lines[0]);
  if (heading) {
    const rest = lines.slice(1).join('\n').trim();
    return [make(heading[1].length === 1 ? 'h3' : 'h4', {}, plain(heading[2])), ...(rest ? blockOf(rest) : [])];
  }
  if (lines[0].startsWith('|')) return [table(lines)];
  if (lines.every(line => line.startsWith('    '))) return [make('pre', {}, lines.map(line => line.slice(4)).join('\n'))];
  if (/^[-*] /.test(lines[0])) {
    const items = block.split(/\n(?=[-*] )/).map(item => plain(item.slice(2)));
    return [make('ul', {}, ...items.map(item => make('li', {}, item)))];
  }
  return [make('p', {}, plain(block))];
}

// Those that rules may name.
function otherPackage({ name, sha256, problem, folder, silentHeads }, found) {
  const { manifest } = found;
  return make('section', { className: 'sheet', 'aria-label': `Package ${name}` }, make('h3', {}, name),
    problem ? make('div', { className: 'notice bad' }, problem) : null,
    definitions([['Name', `${manifest.name} ${manifest.version}`], ['Intended use', manifest.intendedUse], ['Folder', folder], ['Hash of the manifest', sha256]]),
    ...silence(silentHeads), scrolling(`Heads of ${name}, and what each tells apart`, headTable(manifest.heads ?? {}, silentHeads ?? {})));
}

async function showOthers(packages) {
  if (packages.length === 0) return;
  const sheets = [];
  for (const one of packages) sheets.push(otherPackage(one, await get(`cmr/packages/${encodeURIComponent(one.name)}`)));
  byId('others').replaceChildren(make('h2', {}, 'Packages that rules may name'), ...sheets);
}

// --- the switch ---------------------------------------------------------------------------------------

let configured = ''; // "Orthanc CMR starter 1.2.0", the package of the configuration

let choice = null; // as the archive told it last
const asConfigured = () => `as configured: ${configured}`;
const choiceWords = name => (name ? `the package "${name}"` : 'the package of the configuration');

// Who comes second sees what was chosen meanwhile.
async function choose(name) {
  const replaced = { 'If-Match': `"${choice.version}"` };
  try {
    if (name) await put('cmr/models/default', JSON.stringify({ package: name }), replaced);
    else await remove('cmr/models/default', replaced);
  } finally {
    showChoice(await showStatus());
  }
}

function chooser(names, closed) {
  const list = make('select', { id: 'chosen', disabled: Boolean(closed) }, ...['', ...names].map(name => make('option', { value: name }, name || asConfigured())));
  const button = make('button', { type: 'button', id: 'choose' }, 'Use it from now on');
  button.addEventListener('click', () => act(button, async () => {
    const name = list.value;
    if (!confirm(`Analyse what arrives from now on with ${choiceWords(name)}? Results that are there stay as they are.`)) return;
    await choose(name);
    say(`New analyses use ${choiceWords(name)}.`);
  }));
  return make('div', { className: 'controls' }, make('label', { for: 'chosen' }, 'New analyses use'), list, withhold(button, closed));
}

function showChoice({ defaultPackage }) {
  if (!defaultPackage) return; // the service does not run: the banner says why
  choice = defaultPackage;
  byId('now').replaceChildren(choice.problem ? make('div', { className: 'notice bad' }, choice.problem) : '',
    definitions([['In use', choice.inUse ?? asConfigured()], ['Hash of the manifest', choice.sha256],
      ['Chosen', choice.since ? make('span', {}, `${choice.package ?? 'as configured'}, by ${choice.user ?? 'somebody without a name'}, `, time(choice.since)) : null]]));
  const list = byId('chosen');
  if (list) list.value = choice.inUse ?? '';
}

function offerChoice(status, closed) {
  const names = (status.packages ?? []).map(one => one.name);
  const isOpen = names.length > 0 || Boolean(status.defaultPackage?.package);
  byId('choice').replaceChildren(make('div', { id: 'now' }),
    isOpen ? chooser(names, closed) : make('p', { className: 'quiet' }, 'The configuration names no other package ("Packages").'),
    make('p', { className: 'quiet' }, 'Series whose rule names a package get that one whatever is chosen here. Jobs that are in the queue keep theirs, and results that are there stay until somebody asks for them again, below.'));
  showChoice(status);
}

// --- earlier results ----------------------------------------------------------------------------------

const jobsAtOnce = 1000;

// The newest job of each series, where it ended with a package that is neither the one of new analyses nor one that rules
// may name.
async function outdatedJobs(status) {
  const packages = [status.package, ...(status.packages ?? [])];
  const problem = status.state === 'running' ? packages.map(one => one.problem).find(Boolean) : 'The service does not run.';
  if (problem) throw new Error(problem);
  const used = new Set([status.defaultPackage, ...(status.packages ?? [])].map(one => one.sha256));
  const seen = new Set();
  const outdated = [];
  for (let offset = 0, isLast = false; !isLast; offset += jobsAtOnce) {
    const { jobs } = await get(`cmr/jobs?limit=${jobsAtOnce}&offset=${offset}`);
    for (const job of jobs.filter(one => one.scope === 'series')) {
      const isNewest = job.series.some(id => !seen.has(id));
      job.series.forEach(id => seen.add(id));
      const hasEnded = !job.supersededBy && ['done', 'notAnalysable'].includes(job.state);
      if (isNewest && hasEnded && !used.has(job.packageSha256)) outdated.push(job);
    }
    isLast = jobs.length < jobsAtOnce;
  }
  return outdated;
}

// One after the other, behind everything else in the queue. The rules that hold now decide.
async function analyseAgain(jobs, told) {
  let refused = 0;
  for (const [at, job] of jobs.entries()) {
    told.textContent = `${at} of ${jobs.length} asked for.`;
    try {
      await post(`cmr/series/${encodeURIComponent(job.series[0])}/analyze`, '{"priority": "backfill"}');
    } catch (refusal) {
      if (![404, 409].includes(refusal.status)) throw refusal;
      ++refused;
    }
  }
  told.textContent = `${jobs.length - refused} of ${jobs.length} wait in the queue, behind everything else.${refused > 0 ? ` The others are gone from the archive, or the rules leave them alone now.` : ''}`;
}

function findOutdated(closed) {
  const told = make('p', { id: 'outdated' });
  const find = make('button', { type: 'button', id: 'find' }, 'Look for earlier results');
  const again = make('button', { type: 'button', id: 'again', hidden: true }, 'Analyse them again');
  let jobs = [];
  find.addEventListener('click', () => act(find, async () => {
    jobs = await outdatedJobs(await showStatus());
    told.textContent = jobs.length === 0 ? 'No result is of a package that nothing is analysed with any more.'
      : `${jobs.length} ${jobs.length === 1 ? 'acquisition was' : 'acquisitions were'} last analysed with a package that nothing is analysed with any more.`;
    again.hidden = jobs.length === 0;
  }));
  again.addEventListener('click', () => act(again, async () => {
    if (!confirm(`Analyse ${jobs.length} again? New results take the place of the earlier ones.`)) return;
    await analyseAgain(jobs, told);
    again.hidden = true;
    say('The queue shows what becomes of them.');
  }));
  return [make('p', {}, 'A package that is chosen above, or that takes the place of another in its folder, analyses what arrives from then on. Earlier results stay until somebody asks for them again.'),
    make('div', { className: 'controls' }, find, withhold(again, closed)), told];
}

const asDicom = date => date.replaceAll('-', '');

function backfillDays(closed) {
  const date = (id, name) => [make('label', { for: id }, name), make('input', { id, type: 'date', required: true, disabled: Boolean(closed) })];
  const button = make('button', { type: 'submit', id: 'backfill' }, 'Look at them again');
  const form = make('form', { className: 'controls', 'aria-label': 'Days to look at again' }, ...date('from', 'Studies from'), ...date('to', 'to'), withhold(button, closed));
  form.addEventListener('submit', event => {
    event.preventDefault();
    act(button, async () => {
      const days = { from: asDicom(byId('from').value), to: asDicom(byId('to').value) };
      const { series } = await post('cmr/queue/backfill', JSON.stringify(days));
      say(`${series} series of these days are looked at again; the queue shows what becomes of them.`);
    });
  });
  return [make('p', {}, 'Or by the dates of studies: every series of these days is looked at again under the rules and packages of now. What was analysed so already stays; the rest waits in the queue behind everything else.'), form];
}

async function start() {
  frame('Models');
  const status = await showStatus();
  const found = await get('cmr/package');
  const manifest = found.manifest;
  configured = `${manifest.name} ${manifest.version}`;
  offerChoice(status, await whyNot('administrator'));
  byId('package').replaceChildren(definitions([['Name', `${manifest.name} ${manifest.version}`], ['Intended use', manifest.intendedUse],
    ['Licence', manifest.licence], ['Folder', found.folder], ['Hash of the manifest', found.sha256], ['Program', `${manifest.lowestProgramVersion} or newer`],
    ['Trained on', `${manifest.training?.trained?.patients?.length ?? '?'} patients, ${manifest.training?.trained?.frames ?? '?'} frames`]]));
  byId('heads').replaceChildren(...silence(status.package?.silentHeads), scrolling('Heads, and what each tells apart', headTable(manifest.heads ?? {}, status.package?.silentHeads ?? {})));
  byId('metrics').replaceChildren(...metricLists(manifest.metrics));
  byId('card').replaceChildren(...(found.card ? found.card.trim().split(/\n\s*\n/).flatMap(blockOf) : [make('p', { className: 'quiet' }, 'This package has no card.')]));
  await showOthers(status.packages ?? []);
  const closed = await whyNot('operator');
  tellWhyNot(closed, 'Earlier results cannot be asked for again.');
  byId('earlier').replaceChildren(...findOutdated(closed), ...backfillDays(closed));
}

start().catch(refusal => say(refusal.message, 'bad'));
