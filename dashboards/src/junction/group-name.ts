import type { JunctionTable } from '@clearway/contracts'
import { useCallback } from 'react'
import { useLanguage } from '../language/use-language.ts'

/** Names of a junction's signal groups for people: the street they come from, and who goes. */
export function useGroupName(table: Pick<JunctionTable, 'groups' | 'approaches'>): (group: string) => string {
  const { t, text } = useLanguage()
  return useCallback(
    (id) => {
      const group = table.groups.find((one) => one.id === id)
      const approach = table.approaches.find((one) => one.id === group?.approach)
      const street = approach && text(approach.name)
      if (!group || !street) return id
      return `${id} · ${group.kind === 'pedestrian' ? t('junction.walkers', { street }) : street}`
    },
    [table, t, text],
  )
}
