import type { Junction, LiveSignal, MovementState } from '@clearway/contracts'
import { useLanguage } from '../language/use-language.ts'
import type { SignalColour } from '../look/palette.ts'
import { SignalShape } from '../look/signal-shape.tsx'
import { useNow } from '../shell/use-now.ts'
import { useGroupName } from './group-name.ts'

const colours: Readonly<Record<MovementState, SignalColour>> = {
  'protected-Movement-Allowed': 'green',
  'permissive-Movement-Allowed': 'green',
  'protected-clearance': 'amber',
  'permissive-clearance': 'amber',
  'pre-Movement': 'red',
  'stop-And-Remain': 'red',
  'caution-Conflicting-Traffic': 'amber',
  dark: 'dark',
}

/** Every signal group as it is displayed now, with the seconds that it has left. */
export function LiveGroups({ junction }: { junction: Junction }) {
  const { t } = useLanguage()
  const name = useGroupName(junction)
  const nowMs = useNow()
  const { live } = junction
  return (
    <section className="panel" aria-labelledby="live-groups">
      <h2 id="live-groups" className="panel-title">
        {t('junction.now')}
      </h2>
      {!live || live.stale ? (
        <p className="soft">{t('junction.silent')}</p>
      ) : (
        <ul className="live-groups" data-testid="live-groups">
          {junction.groups.map(({ id }) => {
            const state = live.groups[id] ?? 'dark'
            const colour = colours[state]
            return (
              <li key={id} data-group={id} data-state={state}>
                <SignalShape colour={colour} />
                <span>{name(id)}</span>
                <span className="soft">
                  {live.greenFlash?.includes(id) ? t('junction.state.green-flash') : t(`signal.${colour}`)}
                </span>
                <span className="figures">{remaining(live, id, nowMs)}</span>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}

/** `12 s` where the end is known, `5–12 s` where only its bounds are, nothing where neither is. */
function remaining({ timing }: LiveSignal, group: string, nowMs: number): string {
  const ends = timing?.[group]
  if (!ends) return ''
  const seconds = (at: string) => Math.max(0, Math.round((Date.parse(at) - nowMs) / 1000))
  const [least, most] = [seconds(ends.minEndAt), ends.maxEndAt === undefined ? undefined : seconds(ends.maxEndAt)]
  if (most === undefined) return `≥ ${least} s`
  return least === most ? `${least} s` : `${least}–${most} s`
}
