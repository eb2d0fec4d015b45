import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '@clearway/contracts'
import { expect, it } from 'vitest'
import { type LogLine, Supervisor } from '../bin/supervisor.ts'

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('restarts what dies, brings the lines together and leaves nothing behind', async () => {
  const lines: LogLine[] = []
  const supervisor = new Supervisor(systemClock, (line) => lines.push(line))
  const hello = (name: string) => ({
    args: ['-e', `console.log(JSON.stringify({ hello: '${name}', pid: process.pid })); setInterval(() => {}, 1000)`],
  })
  await supervisor.run('one', () => hello('one'))
  await supervisor.run('two', () => hello('two'))
  const started = (name: string) => lines.filter((line) => line.process === name && line.fields?.hello === name)
  await until(() => started('one').length === 1 && started('two').length === 1)

  process.kill(supervisor.pid('one') as number, 'SIGKILL')
  await until(() => started('one').length === 2)
  expect(lines.find((line) => line.fields?.event === 'restarting')?.fields).toMatchObject({ child: 'one' })
  expect(started('two')).toHaveLength(1)

  const pids = [supervisor.pid('one'), supervisor.pid('two')] as number[]
  await supervisor.stop()
  expect(pids.map(alive)).toEqual([false, false])
})

it('kills a child that does not end when asked', async () => {
  const lines: LogLine[] = []
  // Ten seconds of patience pass at once on this clock.
  const supervisor = new Supervisor({ now: Date.now, wait: async () => {} }, (line) => lines.push(line))
  await supervisor.run('stubborn', () => ({
    args: ['-e', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"],
  }))
  await until(() => lines.some((line) => line.text === 'up'))
  const pid = supervisor.pid('stubborn') as number
  await supervisor.stop()
  expect(alive(pid)).toBe(false)
})

it('takes its children with it when it is killed', async () => {
  const script = `
    import { systemClock } from '@clearway/contracts'
    import { Supervisor } from ${JSON.stringify(join(import.meta.dirname, '..', 'bin', 'supervisor.ts'))}
    const supervisor = new Supervisor(systemClock, (line) => line.process === 'child' && console.log(line.text))
    await supervisor.run('child', () => ({ args: ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'] }))
  `
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { cwd: import.meta.dirname })
  const [line] = await once(createInterface({ input: parent.stdout }), 'line')
  const pid = Number(line)
  expect(alive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await until(() => !alive(pid))
})
