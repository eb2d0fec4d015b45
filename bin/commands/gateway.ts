import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@clearway/contracts'
import { createGateway, createLog, loadConfig } from '@clearway/gateway'
import { Command } from 'commander'
import { ended } from '../ended.ts'
import { pagesDir } from '../pages.ts'

export function gatewayCommand(): Command {
  return new Command('gateway')
    .description('the gateway alone; configuration from clearway.yaml and CLEARWAY_ variables')
    .action(async () => {
      const config = loadConfig()
      const log = createLog(config.log.level)
      const gateway = await createGateway({ config, clock: systemClock, log, pagesDir })
      if (gateway.firstPassword) tellPassword(gateway.firstPassword, config.dataDir)
      await gateway.start()
      const reason = await ended()
      log.info({ event: 'stopping', reason })
      await gateway.stop()
    })
}

/** To the terminal, or where there is none (a service) into a file that only its owner can read. Never to the log. */
export function tellPassword(password: string, dataDir: string): void {
  if (process.stderr.isTTY) {
    console.error(`\n  Sign in as admin with the password ${password}\n  It is shown only now.\n`)
    return
  }
  const file = join(dataDir, 'first-password.txt')
  writeFileSync(file, `${password}\n`, { mode: 0o600 })
  console.error(`The password of admin is in ${file}; sign in, then delete the file.`)
}
