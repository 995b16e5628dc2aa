import { watchOne, type Applied, type SubjectChange } from '@millrace/events';
import type { ScorerCommand, ScorersState } from '../scorers/scorers.ts';

/** The scorer that a command is about, by its versions: what it does is the request. */
export function watchScorers(
  { scorers }: ScorersState,
  command: ScorerCommand,
): (applied: Applied) => readonly SubjectChange[] {
  const snapshot = (): object | null => {
    const scorer = scorers.get(command.id)?.get(command.name);
    return scorer === undefined ? null : { id: scorer.id, versions: scorer.versions.map(({ version }) => version) };
  };
  return watchOne({ kind: 'scorer', id: `${command.id}/${command.name}`, snapshot });
}
