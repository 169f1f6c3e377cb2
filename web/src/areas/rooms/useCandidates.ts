import { useMemo } from 'react';
import { useAssistants } from '@/areas/assistants/assistants';
import { useMe } from '@/areas/identity/session';
import { useModels } from '@/areas/models/models';
import { useText } from '@/text';
import type { Candidate } from './candidates';
import { assistantCandidate, modelCandidates, personCandidate } from './candidates';
import { useHere } from './here';
import type { Person } from './members';

/** Who and what can be mentioned: the other people, those here first; everyone; models; assistants. */
export function useCandidates(people: Person[], asked: boolean): Candidate[] {
  const t = useText();
  const me = useMe().user.id;
  const { sorted } = useHere(people);
  const models = useModels().data;
  const assistants = useAssistants(asked).data;
  const { everyone, everyoneInsert } = t.rooms.compose;

  return useMemo(() => {
    const others = sorted.filter((p) => p.id !== me).map(personCandidate);
    const all: Candidate = {
      key: 'everyone',
      kind: 'everyone',
      id: '',
      name: everyone,
      insert: everyoneInsert,
      also: 'all everyone',
      color: '',
    };
    return [
      ...others,
      ...(others.length > 1 ? [all] : []),
      ...(assistants ?? []).map(assistantCandidate),
      ...modelCandidates(models ?? []),
    ];
  }, [sorted, me, models, assistants, everyone, everyoneInsert]);
}
