// Jobs in words and bars: their states, how far they are, and about how long they still take.
import { make, time } from './common.js';

const states = {
  queued: ['waiting', ''], leased: ['in analysis', 'good'], storing: ['being stored', 'good'],
  done: ['done', 'good'], notAnalysable: ['cannot be analysed', 'doubt'],
  retry: ['will be tried again', 'doubt'], dead: ['failed', 'bad'], cancelled: ['cancelled', ''],
};
export const stateNames = Object.fromEntries(Object.entries(states).map(([id, [name]]) => [id, name]));
export const openStates = new Set(['queued', 'leased', 'storing', 'retry']);

export function stateMark(state) {
  const [name, kind] = states[state] ?? [state, ''];
  return make('span', { className: `mark ${kind}` }, name);
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

// about: the job's name, where bars stand without the head of a table.
export function progressOf(job, about = '') {
  if (job.state === 'retry') return make('span', { className: 'quiet' }, 'again at ', time(job.retryAt));
  if (job.state !== 'leased') return '';
  return make('div', {}, make('progress', { max: 1, value: job.progress, 'aria-label': about ? `Progress: ${about}` : 'Progress' }), ` ${job.stage}`,
    make('div', { className: 'quiet' }, timeLeft(job)));
}
