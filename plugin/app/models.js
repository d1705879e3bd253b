// The packages that are installed: what they are, what was measured, their cards, and which one new analyses use.
import { act, byId, definitions, frame, get, make, post, put, remove, repeat, say, showStatus, tellWhyNot, time, update, whyNot, withhold } from './common.js';
import { cardOf, headsOf, measuredOf } from './package_card.js';

// --- the packages -------------------------------------------------------------------------------------

// One that cannot be read (half copied, say) says so in its place: the others stay, and the switch.
async function readPackage({ name }) {
  try {
    return await get(name ? `cmr/packages/${encodeURIComponent(name)}` : 'cmr/package');
  } catch (refusal) {
    if (!refusal.status || refusal.status === 503) throw refusal; // of the archive or the service, not of the package
    return { problem: refusal.message };
  }
}

function facts({ folder, sha256, problem }, found) {
  const { manifest } = found;
  const trained = manifest?.training?.trained;
  const said = manifest ? [['Name', `${manifest.name} ${manifest.version}`], ['Intended use', manifest.intendedUse], ['Licence', manifest.licence]] : [];
  const more = manifest ? [['Program', `${manifest.lowestProgramVersion} or newer`], ['Trained on', `${trained?.patients?.length ?? '?'} patients, ${trained?.frames ?? '?'} frames`]] : [];
  const trouble = [...new Set([problem, found.problem].filter(Boolean))];
  return [...trouble.map(text => make('div', { className: 'notice bad' }, text)),
    definitions([...said, ['Folder', folder], ['Hash of the manifest', found.sha256 ?? sha256], ...more])];
}

function showConfigured(one, found) {
  const { manifest } = found;
  configured = manifest ? `${manifest.name} ${manifest.version}` : '';
  byId('package').replaceChildren(...facts(one, found));
  byId('parts').hidden = !manifest;
  if (!manifest) return;
  byId('heads').replaceChildren(...headsOf(manifest, one.silentHeads));
  byId('metrics').replaceChildren(...measuredOf(manifest));
  byId('card').replaceChildren(...cardOf(found.card, 3));
}

// Those that rules may name.
function otherPackage(one, found) {
  const { manifest } = found;
  const of = ` of ${one.name}`;
  const part = (name, elements) => make('details', {}, make('summary', {}, name), ...elements);
  return make('section', { id: `package-${one.name}`, className: 'sheet', 'aria-label': `Package ${one.name}` }, make('h3', {}, one.name), ...facts(one, found),
    ...(manifest ? [part('What it marks', headsOf(manifest, one.silentHeads, of)), part('What was measured', measuredOf(manifest, of)), part('Model card', cardOf(found.card, 4))] : []));
}

const read = new Map(); // name -> {sign, found}, what was read of a package while its status was this one

// Read anew when its status is another one, and as long as it cannot be read.
async function packageNow(one) {
  const sign = JSON.stringify(one);
  const before = read.get(one.name);
  if (before?.sign === sign && !before.found.problem) return before.found;
  const found = await readPackage(one);
  read.set(one.name, { sign, found });
  return found;
}

let drawn = null;

async function showPackages(status) {
  const [first, ...others] = [{ ...status.package, name: '' }, ...(status.packages ?? [])];
  const all = [];
  for (const one of [first, ...others]) all.push([one, await packageNow(one)]);
  const now = JSON.stringify(all);
  if (now === drawn) return;
  drawn = now;
  showConfigured(...all[0]);
  update(byId('others'), others.length === 0 ? [] : [make('h2', {}, 'Packages that rules may name'), ...all.slice(1).map(one => otherPackage(...one))]);
}

// --- the switch ---------------------------------------------------------------------------------------

let configured = ''; // "Orthanc CMR starter 1.2.0", the package of the configuration; empty: not known (yet)

let choice = null; // as the archive told it last
const asConfigured = () => (configured ? `as configured: ${configured}` : 'as configured');
const choiceWords = name => (name ? `the package "${name}"` : 'the package of the configuration');

// Who comes second sees what was chosen meanwhile.
async function choose(name) {
  const replaced = { 'If-Match': `"${choice.version}"` };
  try {
    if (name) await put('cmr/models/default', JSON.stringify({ package: name }), replaced);
    else await remove('cmr/models/default', replaced);
  } finally {
    const status = await showStatus();
    if (status.defaultPackage) showChoice(status);
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

// What somebody picks in the list stays, until the choice is another one.
function showChoice({ defaultPackage }) {
  const isAnother = choice?.version !== defaultPackage.version;
  choice = defaultPackage;
  update(byId('now'), [choice.problem ? make('div', { className: 'notice bad' }, choice.problem) : null,
    definitions([['In use', choice.inUse ?? asConfigured()], ['Hash of the manifest', choice.sha256],
      ['Chosen', choice.since ? make('span', {}, `${choice.package ?? 'as configured'}, by ${choice.user ?? 'somebody without a name'}, `, time(choice.since)) : null]])].filter(Boolean));
  const list = byId('chosen');
  if (!list) return;
  list.options[0].textContent = asConfigured();
  if (isAnother) list.value = choice.inUse ?? '';
}

let offered = null;

function offerChoice(status, closed) {
  const names = (status.packages ?? []).map(one => one.name);
  const isOpen = names.length > 0 || Boolean(status.defaultPackage.package);
  const now = JSON.stringify([names, isOpen, closed]);
  if (now !== offered) {
    offered = now;
    choice = null;
    byId('choice').replaceChildren(make('div', { id: 'now' }),
      isOpen ? chooser(names, closed) : make('p', { className: 'quiet' }, 'The configuration names no other package ("Packages").'),
      make('p', { className: 'quiet' }, 'Series whose rule names a package get that one whatever is chosen here. Jobs that are in the queue keep theirs, and results that are there stay until somebody asks for them again, below.'));
  }
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

let earlierFor = null; // whom the buttons are drawn for

function showEarlier(closed) {
  const now = JSON.stringify(closed);
  if (now === earlierFor) return;
  earlierFor = now;
  byId('earlier').replaceChildren(...findOutdated(closed), ...backfillDays(closed));
}

// What does not hang on the packages comes first: it is needed most when one of them cannot be read.
async function askAndDraw() {
  const status = await showStatus();
  if (status.state !== 'running') return;
  const [noChoice, noRepeat] = [await whyNot('administrator'), await whyNot('operator')];
  tellWhyNot(noChoice, 'Another package cannot be chosen.', [noRepeat, 'Earlier results cannot be asked for again.']);
  offerChoice(status, noChoice);
  showEarlier(noRepeat);
  await showPackages(status);
  showChoice(status);
}

frame('Models');
repeat(askAndDraw, 5000);
