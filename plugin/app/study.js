// One study: what each series was taken for and why, and what was measured.
import { act, byId, day, definitions, explorerAddress, frame, get, getOr, imageAddress, make, openForPrint, personName, post, put, repeat, ruleOutcomes, scrolling, seriesName, shortVerdict, showStatus, tellWhyNot, time, unitWords, update, whyNot, withhold } from './common.js';
import { progressOf, stateMark } from './jobs.js';

const ownMark = '4519'; // the archive's metadata by which our series name their job
// Series numbers of the pictures (docs/dicom-conformance.md), and what they show.
const pictures = {
  9002: 'Result page: contours at end diastole and end systole beside the numbers of this table',
  9005: 'Second page: bullseyes where the wall was measured by segment, and for a cine the curves of volume, filling, strain and thickness of the wall',
};
const svgSpace = 'http://www.w3.org/2000/svg';

// A link, or the whole list of the archive, may name a series: its study is shown.
async function studyNamed(id) {
  const study = await getOr(`studies/${encodeURIComponent(id)}`, null);
  if (study) return study;
  const series = await get(`series/${encodeURIComponent(id)}`);
  return get(`studies/${series.ParentStudy}`);
}

function showAbout(study, status) {
  const patient = study.PatientMainDicomTags ?? {};
  const tags = study.MainDicomTags ?? {};
  byId('patient').textContent = personName(patient.PatientName);
  update(byId('about'), [definitions([['Patient ID', patient.PatientID], ['Born', day(patient.PatientBirthDate)],
    ['Study', [day(tags.StudyDate), tags.StudyDescription].filter(Boolean).join(', ')], ['Accession', tags.AccessionNumber]])]);
  const links = Object.entries(status.viewers ?? {}).map(([name, address]) =>
    make('a', { className: 'button', target: '_blank', rel: 'noopener', href: address.replaceAll('{StudyInstanceUID}', encodeURIComponent(tags.StudyInstanceUID)) }, `Open in ${name}`));
  update(byId('viewers'), [make('a', { className: 'button', href: explorerAddress(study.ID) }, 'Open in Orthanc Explorer'), ...links]);
}

// --- one result -------------------------------------------------------------------------------------

const qualityKind = { good: 'good', uncertain: 'doubt', unmeasurable: 'bad' };
const severityKind = { note: '', warning: 'doubt', serious: 'bad' };

function numberOf(measurement) {
  if (measurement.value === null) return 'not measured';
  const value = Math.abs(measurement.value) < 10 ? measurement.value.toFixed(2) : measurement.value.toFixed(1);
  return `${value}\u00a0${unitWords(measurement.unit.value)}`.trim();
}

// Neighbours that share a reason: it is said once, below them.
function measurementGroups(measurements) {
  const groups = [];
  for (const measurement of measurements) {
    const last = groups.at(-1);
    if (last && (last[0].reason ?? '') === (measurement.reason ?? '')) last.push(measurement);
    else groups.push([measurement]);
  }
  return groups;
}

function measurementRow(measurement) {
  return make('tr', {}, make('th', { scope: 'row' }, measurement.label),
    make('td', { className: 'number' }, numberOf(measurement)),
    make('td', {}, make('span', { className: `mark ${qualityKind[measurement.quality] ?? ''}` }, measurement.quality)));
}

function measurementGroup(group) {
  const { reason } = group[0];
  const body = make('tbody', {}, ...group.map(measurementRow));
  if (reason) {
    const which = group.length > 1 ? `These ${group.length}: ` : '';
    body.append(make('tr', {}, make('td', { colSpan: 3, className: 'quiet' }, which + reason)));
  }
  return body;
}

// What has no number, by the reason for it; opened for print, where nobody can ask.
function unmeasuredList(measurements) {
  const reasons = new Map();
  for (const { label, reason } of measurements) reasons.set(reason ?? '', [...(reasons.get(reason ?? '') ?? []), label]);
  return make('details', { className: 'printed' }, make('summary', {}, `${measurements.length} more could not be measured, and why`),
    make('ul', { className: 'clauses' }, ...[...reasons].map(([reason, labels]) => make('li', {},
      make('strong', {}, reason || 'No reason is given.'), make('div', {}, labels.join(' · '))))));
}

const few = 3; // so many without a number stand among the others

// `of` tells this table from the page's others: its name, for those who hear the page.
function measurementTable(measurements, of) {
  const without = measurements.filter(measurement => measurement.value === null);
  const folded = without.length > few ? without : [];
  const shown = measurements.filter(measurement => !folded.includes(measurement));
  const table = scrolling(`Measurements: ${of}`, make('table', {}, make('caption', {}, 'Measurements'),
    make('thead', {}, make('tr', {}, ...['Measurement', 'Value', 'Quality'].map(name =>
      make('th', { scope: 'col', className: name === 'Value' ? 'number' : '' }, name)))),
    ...measurementGroups(shown).map(measurementGroup)));
  return make('div', {}, shown.length > 0 ? table : null, folded.length > 0 ? unmeasuredList(folded) : null);
}

function flagList(flags) {
  if (flags.length === 0) return make('p', { className: 'quiet' }, 'No doubts were raised.');
  return make('ul', { className: 'clauses' }, ...flags.map(flag => make('li', {},
    make('span', { className: `mark ${severityKind[flag.severity] ?? ''}` }, flag.severity), ` ${flag.text}`)));
}

function svg(name, attributes, ...children) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Volume over time; null where a phase has none.
function curve(curves) {
  const points = curves.timeMs.map((t, at) => [t, curves.lvVolumeMl[at]]).filter(([t, v]) => t !== null && v !== null);
  if (points.length < 2) return null;
  const [width, height, left, bottom] = [460, 190, 52, 30];
  const end = Math.max(...points.map(([t]) => t));
  const most = Math.max(...points.map(([, v]) => v)) * 1.05;
  const x = t => left + (width - left - 10) * t / end;
  const y = v => height - bottom - (height - bottom - 12) * v / most;
  const least = Math.min(...points.map(([, v]) => v));
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `Volume of the left ventricle over the cardiac cycle, from ${(most / 1.05).toFixed(0)} to ${least.toFixed(0)} mL` },
    svg('line', { class: 'axis', x1: left, y1: y(0), x2: width - 10, y2: y(0) }),
    svg('line', { class: 'axis', x1: left, y1: 10, x2: left, y2: y(0) }),
    svg('text', { x: 2, y: 16 }, `${(most / 1.05).toFixed(0)} mL`), svg('text', { x: 34, y: y(0) }, '0'),
    svg('text', { x: width - 60, y: height - 8 }, `${end.toFixed(0)} ms`),
    svg('polyline', { class: 'curve', points: points.map(([t, v]) => `${x(t)},${y(v)}`).join(' ') }),
    ...points.map(([t, v]) => svg('circle', { class: 'dot', cx: x(t), cy: y(v), r: 2.5 })));
}

function resultSheet(job, results, pages, name) {
  const sheet = make('section', { id: `result-${job.id}`, className: 'sheet', 'aria-label': `Result of ${name}` }, make('h3', {}, name),
    make('div', { className: 'facts' }, stateMark(job.state), time(job.updated),
      make('span', { className: 'quiet' }, `model package ${results.package?.name ?? ''} ${results.package?.version ?? ''}`),
      job.supersededBy ? make('span', { className: 'mark doubt' }, 'superseded by a later result') : null));
  if (job.state === 'notAnalysable') {
    sheet.append(make('div', { className: 'notice doubt' }, job.reason));
    return sheet;
  }
  const left = make('div', {}, make('h4', {}, 'Doubts'), flagList(results.flags ?? []), measurementTable(results.measurements ?? [], name));
  const drawn = results.curves ? curve(results.curves) : null;
  if (drawn) left.append(make('h4', {}, 'Volume of the left ventricle'), drawn);
  const shown = Object.keys(pictures).filter(number => pages?.[number]);
  const right = make('div', {}, ...shown.map(number => make('a', { href: imageAddress(pages[number]), target: '_blank', rel: 'noopener' },
    make('img', { src: imageAddress(pages[number]), alt: pictures[number] }))),
  shown.length === 0 ? make('p', { className: 'quiet' }, 'No result page is stored.') : null);
  sheet.append(make('div', { className: 'result' }, left, right));
  const apart = Object.entries(results.experimental ?? {});
  if (apart.length > 0) {
    sheet.append(make('p', { className: 'quiet' }, `Kept back by the model package: ${apart.map(([name, what]) => `${name} (${what.reason.replace(/\.$/, '')})`).join('; ')}.`));
  }
  const silent = Object.entries(results.silentHeads ?? {});
  if (silent.length > 0) {
    sheet.append(make('p', { className: 'quiet' }, `No answer of the package to: ${silent.map(([task, reason]) => `${task} (${reason})`).join('; ')}.`));
  }
  return sheet;
}

// job -> {series number: instance of its picture}, by the mark that the archive keeps.
async function resultPages(allSeries) {
  const pages = new Map();
  for (const { ID, Instances, MainDicomTags: { Modality, SeriesNumber } } of allSeries) {
    if (Modality !== 'OT' || !(SeriesNumber in pictures) || Instances.length === 0) continue;
    const { [ownMark]: job } = await getOr(`series/${ID}/metadata?expand`, {});
    if (job) pages.set(job, { ...pages.get(job), [SeriesNumber]: Instances[0] });
  }
  return pages;
}

// --- the study as a whole ---------------------------------------------------------------------------

const verdictWords = { analysed: 'analysed', notAnalysable: 'cannot be analysed', failed: 'failed', cancelled: 'cancelled', waiting: 'waiting', skipped: 'left alone', notAsked: 'not asked for' };

function bestSheet(best, name, alone) {
  const numbers = best.numbers.map(number => ({ ...number, unit: { value: number.unit } }));
  return make('section', { className: 'sheet', 'aria-label': `${best.what}, by ${name}` },
    make('h3', {}, best.what), make('p', { className: 'quiet' }, `${name}: ${best.why}.`),
    best.numbers.length === 0 ? make('p', { className: 'quiet' }, 'The model package releases none of its numbers for reports.')
      : alone ? make('p', {}, 'It is the one result of this study; its numbers stand below.')
        : measurementTable(numbers, `${best.what}, by ${name}`));
}

function diseaseNote(report) {
  const found = report.disease;
  if (!found) return `No disease is suggested: no result holds a suggestion that may be reported. ${report.notice}.`;
  return `Disease suggested by series ${found.series.join('; ')}: ${found.disease}, probability ${(100 * found.probability).toFixed(0)} %${found.isCertain ? '' : ', uncertain'} (evidence: ${found.evidence}). ${report.notice}.`;
}

// Against what the rules expect of a study; askFor: a button that has the report written all the same.
function completenessNote(completeness, askFor) {
  if (!completeness || completeness.state === 'complete') return null;
  const missing = completeness.missing.join(', ');
  if (completeness.state === 'partial') {
    return make('div', { className: 'notice doubt' }, `Partial: missing ${missing}. The rules expect it in a study.`);
  }
  const words = completeness.state === 'waiting' ? ['The report on this study waits until ', time(completeness.until), ` for: ${missing}. `]
    : [`The report on this study is held, as the rules expect what is missing: ${missing}. `];
  return make('div', { className: 'notice doubt' }, ...words, askFor);
}

// How the report names its series, in the words of this page.
function entryName(entry, allSeries) {
  const one = allSeries.find(series => entry.SeriesInstanceUIDs?.includes(series.MainDicomTags?.SeriesInstanceUID));
  return one ? seriesName(one) : entry.name;
}

// listed: how many results stand below.
function summary(report, allSeries, listed, askFor) {
  // Series left alone have no job, nor has what several series give together.
  const names = new Map(report.series.filter(entry => entry.job).map(entry => [entry.job, entryName(entry, allSeries)]));
  const isOnly = listed === 1 && report.best.length === 1 && report.series.filter(entry => entry.verdict === 'analysed').length === 1;
  const checks = report.checks.map(check => make('li', {}, make('span', { className: `mark ${check.agrees ? 'good' : 'doubt'}` }, check.agrees ? 'agrees' : 'differs'), ` ${check.text}`));
  const lookedPast = new Set(['skipped', 'notAsked']);
  const alone = report.series.filter(series => lookedPast.has(series.verdict)).length;
  const left = report.series.filter(series => series.verdict !== 'analysed' && !lookedPast.has(series.verdict))
    .map(series => make('li', {}, make('strong', {}, entryName(series, allSeries)), `: ${verdictWords[series.verdict] ?? series.verdict}${series.reason ? `: ${series.reason}` : ''}`));
  return [report.complete ? null : make('div', { className: 'notice doubt' }, 'Not complete: series are still arriving or being analysed.'),
    completenessNote(report.completeness, askFor),
    ...report.best.map(best => bestSheet(best, (best.job && names.get(best.job)) || best.series, isOnly)),
    report.best.length === 0 ? make('p', { className: 'quiet' }, 'No series has numbers yet.') : null,
    ...(report.best.length > 1 || checks.length > 0 ? [make('h3', {}, 'Series against each other'),
      checks.length > 0 ? make('ul', { className: 'clauses' }, ...checks) : make('p', { className: 'quiet' }, 'Nothing can be compared.')] : []),
    left.length > 0 ? make('h3', {}, 'Not analysed') : null, left.length > 0 ? make('ul', { className: 'clauses' }, ...left) : null,
    alone > 0 ? make('p', { className: 'quiet' }, `${alone} series ${alone === 1 ? 'was' : 'were'} left alone by the rules: why stands below, series by series.`) : null,
    make('p', { className: 'quiet' }, diseaseNote(report))].filter(Boolean);
}

// An extracellular volume needs what no image says.
function haematocritForm(study, report, closed) {
  if (!report.best.some(best => best.what === 'Extracellular volume')) return null;
  const input = make('input', { type: 'number', id: 'haematocrit', min: '0.2', max: '0.7', step: '0.01', required: true });
  const button = make('button', { type: 'submit' }, 'State it');
  const form = make('form', { className: 'controls no-print', 'aria-label': 'Haematocrit' },
    make('label', { htmlFor: 'haematocrit' }, 'Haematocrit of this study, as a share (0.42)'), input, withhold(button, closed));
  form.addEventListener('submit', event => {
    event.preventDefault();
    act(button, async () => {
      await put(`cmr/studies/${study.ID}/haematocrit`, JSON.stringify({ haematocrit: Number(input.value) }));
      await refresh();
    }, 'The report on the study is made anew with it.');
  });
  return form;
}

// --- the series -------------------------------------------------------------------------------------

const contentOf = series => `${series.MainDicomTags?.Modality ?? ''}, ${series.Instances.length} ${series.Instances.length === 1 ? 'instance' : 'instances'}`;

// Those that no rule can have analysed, what this program wrote above all: named, no more.
function neverList(looks) {
  return make('details', { className: 'sheet no-print' }, make('summary', {}, `${looks.length} series are never analysed, whatever the rules say`),
    make('ul', { className: 'clauses' }, ...looks.map(({ series, look }) => make('li', {}, make('strong', {}, seriesName(series)),
      ` (${contentOf(series)}): ${shortVerdict(look.verdict)}`))));
}

const agreementWords = { agrees: 'as its header says', conflicts: 'against its header', uncertain: 'not sure enough to count', unknown: '' };

function lookWords(task, answer) {
  const words = [`probability ${answer.probability.toFixed(2)}`, agreementWords[answer.agreement],
    answer.agreement === 'conflicts' ? `which says ${answer.header}` : '', answer.decidedBy === 'pictures' ? 'which decided' : ''];
  return `${task} ${answer.takenFor} (${words.filter(Boolean).join(', ')})`;
}

// What its pictures look like to the model package, by the newest result that tells; null: none does.
function picturesLine(series, results) {
  const uid = series.MainDicomTags?.SeriesInstanceUID;
  const looked = results.flatMap(([, result]) => result.firstLooks ?? []).find(one => one.SeriesInstanceUIDs?.includes(uid));
  const said = looked ? ['sequence', 'view'].filter(task => looked[task]).map(task => lookWords(task, looked[task])) : [];
  if (said.length === 0) return null;
  return make('p', { className: 'quiet' }, `Its pictures look like: ${said.join('; ')}. `,
    looked.likeness?.isUnlikeTraining ? make('span', { className: 'mark doubt' }, 'unlike the images of the training') : null);
}

function seriesSheet({ series, look }, jobs, results, closed) {
  const name = seriesName(series);
  const label = jobs.length > 0 ? 'Analyse again' : 'Analyse';
  const button = make('button', { type: 'button', 'aria-label': `${label}: ${name}` }, label);
  button.addEventListener('click', () => act(button, async () => { await post(`cmr/series/${series.ID}/analyze`); await refresh(); }, 'Queued.'));
  const job = jobs[0];
  return make('section', { id: `series-${series.ID}`, className: 'sheet close', 'aria-label': `Series ${name}` },
    make('h3', {}, name, make('span', { className: 'quiet beside' }, contentOf(series))),
    make('p', {}, job ? stateMark(job.state) : null, job ? ' ' : null, shortVerdict(look.verdict), job?.reason ? `; ${job.reason}` : ''),
    job ? progressOf(job, name) || null : null,
    picturesLine(series, results),
    look.byPictures ? make('p', { className: 'quiet' }, `By what its last job saw of the pictures: ${shortVerdict(look.byPictures.verdict)}.`) : null,
    look.action === 'analyze' ? make('div', { className: 'controls' }, withhold(button, closed)) : null,
    make('details', {}, make('summary', {}, 'Why: every rule, clause by clause'), ...ruleOutcomes(look.byPictures?.rules ?? look.rules, look.byPictures?.rule ?? look.rule)));
}

// --- what the archive says, and what is drawn of it -------------------------------------------------

const ofSeries = (jobs, { ID }) => jobs.filter(job => job.scope === 'series' && job.series.includes(ID)); // the newest first

// Job and time -> its results, which stay as they are.
const known = new Map();
async function resultsOf(job) {
  const key = `${job.id} ${job.updated}`;
  if (!known.has(key)) known.set(key, await get(`cmr/jobs/${job.id}/results`));
  return known.get(key);
}

async function gather(study, jobs) {
  const number = series => Number(series.MainDicomTags?.SeriesNumber ?? 0);
  const allSeries = (await get(`studies/${study.ID}/series`)).sort((a, b) => number(a) - number(b));
  const looks = [];
  for (const series of allSeries) looks.push({ series, look: await get(`cmr/series/${series.ID}/explain`) });
  const results = [];
  for (const job of new Set(allSeries.flatMap(series => ofSeries(jobs, series)))) {
    if (job.hasResults) results.push([job.id, await resultsOf(job)]);
  }
  return { study, allSeries, looks, results, pages: await resultPages(allSeries), report: await get(`cmr/studies/${study.ID}`) };
}

function draw({ study, allSeries, looks, results, pages, report }, jobs, closed) {
  const ask = make('button', { type: 'button' }, 'Write it now');
  ask.addEventListener('click', () => act(ask, async () => { await post(`cmr/studies/${study.ID}/report`); await refresh(); }, 'The report is written without them.'));
  update(byId('summary'), [...summary(report, allSeries, results.length, withhold(ask, closed)), haematocritForm(study, report, closed)].filter(Boolean));
  const sheets = results.map(([id, result]) => {
    const job = jobs.find(one => one.id === id);
    return resultSheet(job, result, pages.get(id), entryName({ SeriesInstanceUIDs: job.SeriesInstanceUIDs, name: 'a series that is gone' }, allSeries));
  });
  update(byId('results'), sheets.length > 0 ? sheets : [make('p', { className: 'quiet' }, 'There are none yet.')]);
  const isNever = ({ series, look }) => look.action === 'never' && ofSeries(jobs, series).length === 0;
  const never = looks.filter(isNever);
  update(byId('series'), [...looks.filter(one => !isNever(one)).map(one => seriesSheet(one, ofSeries(jobs, one.series), results, closed)),
    ...(never.length > 0 ? [neverList(never)] : [])]);
}

const named = () => decodeURIComponent(location.hash.slice(1)); // of the study, or of one of its series

// What is on the page: the study of this address, as it was when the archive's answers had this sign.
let seen = { address: null, sign: null, found: null };

// Nothing of one patient stays below another's name.
function forget(address) {
  seen = { address, sign: null, found: null };
  byId('patient').textContent = 'Study';
  for (const id of ['about', 'viewers', 'summary', 'results', 'series']) byId(id).replaceChildren();
}

// What all is asked again for, one series after the other. Images that are still arriving change nothing yet.
const signOf = (study, jobs, skipped, status, closed) => JSON.stringify([closed, study.ID, study.Series, study.IsStable ? study.LastUpdate : '', skipped, status.rules?.sha256,
  jobs.map(({ id, state, reason, since, supersededBy, hasResults }) => [id, state, reason, since, supersededBy, hasResults])]);

async function askAndDraw() {
  const address = named();
  if (address !== seen.address) forget(address);
  const hasMoved = () => named() !== address; // to another study, while the archive was asked: its own round draws that
  const status = await showStatus();
  if (!address) throw new Error('no study is named in the address');
  const study = await studyNamed(address);
  if (hasMoved()) return;
  showAbout(study, status);
  if (status.state !== 'running') return;
  const closed = await whyNot('operator');
  tellWhyNot(closed, 'Analysis cannot be asked for.');
  const { jobs } = await get(`cmr/jobs?study=${study.ID}&limit=1000`);
  const { skipped } = await get(`cmr/skipped?study=${study.ID}&limit=1000`);
  const sign = signOf(study, jobs, skipped, status, closed);
  if (sign === seen.sign && !jobs.some(job => job.state === 'leased')) return; // no bar moves
  const found = sign === seen.sign ? seen.found : await gather(study, jobs);
  if (hasMoved()) return;
  draw(found, jobs, closed);
  seen = { address, sign, found };
}

frame('');
openForPrint();
const refresh = repeat(askAndDraw, 3000);
addEventListener('hashchange', () => {
  forget(named());
  refresh().catch(() => {}); // what failed was said
});
