import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  AuditEntry,
  Dispatch,
  Junction,
  Page as ListPage,
  Lot,
  LotMetrics,
  SignalMeasures,
  SignWithMessage,
  Stay,
  Unit,
} from '@clearway/contracts'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, openBrowser } from './browser.ts'
import { eventually, type RunningCity, startCity } from './running-city.ts'

/** Where the pictures of this run go; the one in the README is `dispatcher.png` of a run. */
const pictures = join(import.meta.dirname, '..', '..', 'test-results')

let city: RunningCity
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true })
  city = await startCity({ CLEARWAY_DEMO_CAMERA_NOISE: '0.02' })
}, 180_000)
afterAll(async () => {
  expect(await city?.stop()).toBe(0)
}, 60_000)

/** What the audit log, oldest first, has of a subject. */
async function auditedOf(subject: string): Promise<string[]> {
  const actions: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at: string = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const { items, nextCursor } = await city.api<ListPage<AuditEntry>>(`/audit?limit=1000${at}`)
    actions.push(...items.filter((entry) => entry.subject === subject).map(({ action }) => action))
    cursor = nextCursor
  }
  return actions
}

const all = async <T>(path: string): Promise<T[]> => (await city.api<ListPage<T>>(`${path}?limit=1000`)).items

describe('the city of npm start', () => {
  it('has live signals at every junction', async () => {
    const junctions = await eventually(
      'every signal reports',
      () => all<Junction>('/junctions'),
      (items) => items.length > 100 && items.every(({ live }) => live && !live.stale),
    )
    expect(junctions.every(({ provenance }) => provenance === 'synthetic')).toBe(true)
  })

  it('has named car parks with their real capacities, partly full, and a month of history', async () => {
    const lots = await all<Lot>('/lots')
    expect(lots.length).toBeGreaterThan(20)
    expect(lots.find(({ name }) => name.en === 'Poststraße' || name.zh === 'Poststraße')?.capacity).toBe(592)
    const occupied = lots.reduce((sum, lot) => sum + lot.occupied, 0)
    expect(occupied).toBeGreaterThan(0)
    for (const lot of lots) expect(lot.occupied + lot.vacant, lot.id).toBe(lot.capacity)

    const to = new Date()
    const from = new Date(to.getTime() - 28 * 86_400_000)
    const query = `from=${from.toISOString()}&to=${to.toISOString()}&bucket=1d`
    const { items } = await city.api<{ items: LotMetrics[] }>(`/lots/metrics?${query}`)
    expect(items.length).toBeGreaterThanOrEqual(28)
    for (const day of items.slice(0, 27)) {
      expect(day.coverage).toBeGreaterThan(0.99)
      expect(day.revenueFen).toBeGreaterThan(0)
      expect(day.turnoverRate).toBeGreaterThan(0)
    }
  })

  it('moves: units report their position and detectors count', async () => {
    await eventually(
      'units on the map',
      () => all<Unit>('/units'),
      (units) => units.length > 3 && units.every(({ position }) => position),
    )
    await eventually(
      'detectors count',
      () => all<{ flowVehPerH: number }>('/detectors'),
      (items) => items.some(({ flowVehPerH }) => flowVehPerH > 0),
    )
  })

  it('announces a car park that becomes full on its approach sign, by the flow', async () => {
    // Whatever the hour: the fullest one loses the bays that are free.
    const fullest = (await all<Lot>('/lots')).reduce((a, b) => (b.occupied > a.occupied ? b : a))
    const { id, name, position, kind, tariff } = fullest
    const settle = (capacity: number) =>
      city.api(`/lots/${id}`, { method: 'PUT', body: { name, position, kind, tariff, capacity } })
    await settle(fullest.occupied)
    await eventually(
      'a sign that says nearly full',
      () => all<SignWithMessage>('/signs'),
      (signs) => signs.some(({ lot, message }) => lot === id && message?.symbol === 'parking-nearly-full'),
    )
    await settle(fullest.capacity)
  })

  it('tells nobody anything without a sign-in, and keeps secrets out of its log', async () => {
    expect((await fetch(`${city.url}/api/v1/lots`)).status).toBe(401)
    const code = city.signInLink.split('#code=')[1] as string
    const log = city.lines.filter((line) => line.startsWith('{')).join('\n')
    expect(log.length).toBeGreaterThan(0)
    expect(log).not.toContain(code)
    expect(log).not.toContain('an-administrator-for-this-test-run')
  })
})

describe.skipIf(!chromiumPath)('the pages', () => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const foreign: string[] = []

  beforeAll(async () => {
    browser = await openBrowser()
    context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    })
    context.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol.startsWith('http') && url.origin !== city.url) foreign.push(request.url())
    })
    page = await context.newPage()
  }, 60_000)
  afterAll(() => browser?.close())

  const mapReady = () =>
    page.waitForFunction(() => window.__clearway?.map.ready && window.__clearway.map.renderedRoads > 100, undefined, {
      timeout: 90_000,
    })

  it('the one-time link signs in, once', async () => {
    await page.goto(city.signInLink)
    await page.getByTestId('open-manager').waitFor()
    expect(page.url()).not.toContain('code=')
    const second = await browser.newContext()
    const other = await second.newPage()
    await other.goto(city.signInLink)
    await other.getByTestId('sign-in-form').waitFor()
    await second.close()
  })

  it("the manager's map shows the car parks with vacancy and turnover", async () => {
    await page.getByTestId('open-manager').click()
    await mapReady()
    const lots = await all<Lot>('/lots')
    await page.waitForFunction((count) => window.__clearway?.items('lots') === count, lots.length)
    const shown = page.getByTestId('lot-row')
    await eventually(
      'every car park in the list',
      () => shown.count(),
      (count) => count === lots.length,
    )
    await shown.first().click()
    await page.getByTestId('lot-detail').waitFor()
    await page.getByTestId('metrics-chart').locator('canvas').waitFor()
    expect(await page.getByTestId('simulated').textContent()).toBeTruthy()
    await page.waitForTimeout(1500)
    await page.screenshot({ path: join(pictures, 'manager.png') })
  })

  it('a manager finds the vehicle of a misread exit by its images, and the stay is priced', async () => {
    const items = <T>(path: string) => city.api<{ items: T[] }>(path).then((list) => list.items)
    const waiting = await eventually(
      'an exit in review that is like a vehicle inside',
      () => items<Stay>('/stays?state=review&limit=50'),
      (stays) =>
        stays.some(({ proposals, exit }) => exit && proposals?.[0]?.recommended && proposals[0].kind === 'pair'),
      { everyMs: 2000, withinMs: 120_000 },
    )
    const index = waiting.findIndex(({ proposals }) => proposals?.[0]?.recommended && proposals[0].kind === 'pair')
    const stay = waiting[index] as Stay
    await page.goto(`${city.url}/manager?review=1`)
    await page.locator(`[data-testid="review-row"][data-stay="${stay.id}"]`).click()
    // The exit's is the second; a plate that was cut off is a part of the entry's.
    const image = page.getByTestId('review-stay').locator('figure').last().getByTestId('gate-image')
    await image.waitFor()
    expect(
      await image.evaluate((shown: HTMLImageElement) => shown.decode().then(() => shown.naturalWidth)),
    ).toBeGreaterThan(0)
    await page.screenshot({ path: join(pictures, 'review.png') })
    await page.getByTestId('review-isPair').click()
    const other = stay.proposals?.[0]?.stay as string
    await eventually(
      'the stay with its exit',
      () => city.api<Stay>(`/stays/${other}`),
      ({ state, leftAt }) => state === 'closed' && leftAt === stay.leftAt,
    )
    expect(await auditedOf(stay.id)).toEqual(expect.arrayContaining(['stay.image', 'stay.correct']))
  })

  it('the dispatcher presses one button, an ambulance drives through confirmed greens, and the signals go back to their plan', async () => {
    await page.goto(`${city.url}/dispatcher`)
    await mapReady()
    const junctions = await all<Junction>('/junctions')
    await page.waitForFunction((count) => window.__clearway?.items('signals') === count, junctions.length)
    await page.locator('[data-testid="unit-row"][data-unit="amb-4"][data-state="available"]').waitFor()

    // An ambulance that stands at one hospital is sent to another.
    await page.getByTestId('unit-select').selectOption('amb-4')
    await page.getByTestId('destination-select').selectOption('sankt-elisabeth')
    await page.getByTestId('preview-button').click()
    await page.getByTestId('plan-junction').first().waitFor()
    const previewed = await page.getByTestId('plan-junction').count()
    expect(previewed).toBeGreaterThan(0)
    // What the driver does, in the language of the page, and each thing that the crew should know before.
    await page.getByTestId('route-steps').locator('summary').click()
    const [planned] = (await all<Dispatch>('/dispatches')).filter(({ state }) => state === 'planned')
    const { steps = [], contraflow, emergencyOnly, unknownClearances, forbiddenTurns } = (planned as Dispatch).route
    expect(steps.length).toBeGreaterThan(3)
    const told = await page.getByTestId('route-step').locator('span:first-child').allTextContents()
    const language = await page.locator('html').getAttribute('lang')
    expect(told).toEqual(steps.map(({ text }) => (language?.startsWith('zh') ? text.zh : text.en)))
    expect(await page.getByTestId('route-caution').count()).toBe(
      contraflow.length + emergencyOnly.length + unknownClearances.length + forbiddenTurns.length,
    )
    await page.waitForTimeout(2500)
    await page.screenshot({ path: join(pictures, 'dispatcher-preview.png') })

    await page.getByTestId('dispatch-button').last().click()
    await page.getByTestId('mission-panel').waitFor()
    const mission = (
      await eventually(
        'an active dispatch',
        () => all<Dispatch>('/dispatches'),
        (items) => items.some(({ state }) => state === 'active'),
      )
    ).find(({ state }) => state === 'active') as Dispatch
    const unit = (await all<Unit>('/units')).find(({ id }) => id === mission.vehicle)
    expect(unit?.state).toBe('dispatched')
    expect(Date.parse(mission.etaWithoutPriorityAt)).toBeGreaterThan(Date.parse(mission.etaAt))

    // Green on the page, while the controller itself reports the pre-emption.
    const green = page.locator('[data-testid="mission-junction"][data-state="green"]').first()
    await green.waitFor({ timeout: 180_000 })
    const greenId = await green.getAttribute('data-junction')
    const live = (await city.api<Junction>(`/junctions/${greenId}`)).live
    const approach = mission.junctions.find(({ junction }) => junction === greenId)?.approach
    const table = junctions.find(({ id }) => id === greenId)
    const group = table?.approaches.find(({ id }) => id === approach)?.group as string
    expect(live?.mode).toBe('preempted')
    expect(live?.groups[group]).toMatch(/Movement-Allowed$/)
    await page.waitForTimeout(1000)
    await page.screenshot({ path: join(pictures, 'dispatcher.png') })

    // The signs before the corridor were told, by the gateway or by the flow.
    await eventually(
      'a diversion message',
      () => all<SignWithMessage>('/signs'),
      (signs) => signs.some(({ message }) => message?.symbol === 'green-channel'),
    )

    const done = await eventually(
      'the mission completes',
      () => city.api<Dispatch>(`/dispatches/${mission.id}`),
      ({ state }) => state !== 'active',
      { withinMs: 400_000 },
    )
    expect(done.state).toBe('completed')
    const passed = done.junctions.filter(({ passedAt }) => passedAt)
    expect(passed.length).toBeGreaterThan(0)
    expect(done.junctions.filter(({ greenAt }) => greenAt).length).toBeGreaterThan(0)
    // Those that the vehicle has left behind are steered back to their plan while it drives on.
    await eventually(
      'signals back on their plan',
      async () => {
        const { junctions: behind } = await city.api<Dispatch>(`/dispatches/${mission.id}`)
        const recovered = behind.filter(({ state }) => state === 'recovered')
        const live = recovered.map(
          async ({ junction }) => (await city.api<Junction>(`/junctions/${junction}`)).live?.mode,
        )
        return Promise.all(live)
      },
      (modes) => modes.length > 0 && modes.every((mode) => mode === 'coordinated'),
      { withinMs: 400_000 },
    )
  }, 900_000)

  it("a junction's page draws the pre-emption from its own log, with measures to take away", async () => {
    const [mission] = await all<Dispatch>('/dispatches')
    // Where the machine was held up the log has a gap, and a call may end before its green: one whole pre-emption is enough.
    const window = `from=${mission?.activatedAt}&to=${new Date(Date.now() + 60_000).toISOString()}&bucket=all`
    const recorded = async () => {
      for (const { junction, approach } of mission?.junctions ?? []) {
        const path = `/junctions/${junction}/measures?${window}`
        const { items } = await city.api<{ items: SignalMeasures[] }>(path)
        const whole = items[0]?.preemption.records.find(
          (one) => one.approach === approach && one.calledAt && one.greenAt && one.exitAt && one.recoveredAt,
        )
        if (whole) return { ...whole, junction }
      }
      return undefined
    }
    const crossed = await eventually('a recorded pre-emption', recorded, (found) => found !== undefined)
    await page.locator(`[data-testid="mission-junction"][data-junction="${crossed?.junction}"] button`).click()
    await page.getByTestId('junction-link').click()
    await page.getByTestId('live-groups').waitFor()
    const row = page.locator(
      `[data-testid="preemption"][data-approach="${crossed?.approach}"][data-called="${crossed?.calledAt}"]`,
    )
    await row.waitFor({ timeout: 60_000 })
    await row.getByRole('button').click()
    const picture = page.getByTestId('recorded-picture').locator('svg')
    // A green that was shown already has no entry.
    const entry = crossed?.enteredAt === crossed?.greenAt ? [] : ['entry']
    for (const part of [...entry, 'dwell', 'recovery']) {
      await picture.locator(`[data-part="${part}"]`).waitFor({ state: 'attached' })
    }
    for (const moment of ['call on', 'call off']) await picture.getByText(moment).first().waitFor()
    expect(await picture.locator('polyline').count()).toBe(1)
    const saved = page.waitForEvent('download')
    await page.getByTestId('measures-csv').click()
    const csv = readFileSync(await (await saved).path(), 'utf8')
    expect(csv.split('\r\n')[0]).toContain('greenShare')
    expect(csv.split('\r\n').length).toBeGreaterThan(3)
    await page.screenshot({ path: join(pictures, 'junction.png'), fullPage: true })
  })

  it('asks nobody but its own origin for anything', () => {
    expect(foreign).toEqual([])
  })
})

it('survives a killed gateway: agents come back, nothing acknowledged is missing', async () => {
  const started = () => city.lines.filter((line) => line.includes('"event":"started"') && line.includes('"gateway"'))
  const before = await all<Lot>('/lots')
  const pid = Number(/process (\d+)/.exec(started().at(-1) ?? '')?.[1])
  process.kill(pid, 'SIGKILL')
  await eventually(
    'a new gateway',
    () => started().length,
    (count) => count === 2,
  )
  const ready = () =>
    fetch(`${city.url}/readyz`)
      .then(({ ok }) => ok)
      .catch(() => false)
  await eventually('ready again', ready, Boolean)
  const restartedMs = Date.now()
  await eventually(
    'every signal reports to the new gateway',
    () => all<Junction>('/junctions'),
    (items) => items.every(({ live }) => live && Date.parse(live.at) > restartedMs),
  )
  const after = await all<Lot>('/lots')
  for (const { id, occupied } of before) {
    expect(Math.abs((after.find((lot) => lot.id === id)?.occupied ?? -999) - occupied), id).toBeLessThan(10)
  }
}, 240_000)
