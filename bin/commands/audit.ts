import { systemClock } from '@clearway/contracts'
import { AuditLog, loadConfig, Records } from '@clearway/gateway'
import { Command } from 'commander'

export function auditCommand(): Command {
  const audit = new Command('audit').description('the hash-chained log')
  audit
    .command('verify')
    .description('checks the whole chain; names the first entry that was edited, removed or reordered')
    .action(() => {
      const records = Records.open(loadConfig().dataDir)
      try {
        const verdict = new AuditLog(records, systemClock).verify()
        console.log(JSON.stringify(verdict, null, 2))
        if (!verdict.ok) process.exitCode = 1
      } finally {
        records.close()
      }
    })
  return audit
}
