import { ClearwayError } from '@clearway/contracts'
import { Command, CommanderError } from 'commander'
import { auditCommand } from './commands/audit.ts'
import { deviceCommand } from './commands/device.ts'
import { edgeCommand } from './commands/edge.ts'
import { gatewayCommand } from './commands/gateway.ts'
import { importCommand } from './commands/import.ts'
import { simulateCommand } from './commands/simulate.ts'
import { upCommand } from './commands/up.ts'

/** Exit codes of the outside contract: 0 success, 1 failure, 2 wrong usage. */
const program = new Command('clearway')
  .description('Edge/IoT smart-city runtime for traffic and parking')
  .showHelpAfterError('(--help shows what is possible)')
  .exitOverride()

for (const command of [
  upCommand(),
  gatewayCommand(),
  edgeCommand(),
  simulateCommand(),
  deviceCommand(),
  importCommand(),
  auditCommand(),
]) {
  program.addCommand(overrideExit(command))
}

/** Commander ends the process with 1 on wrong usage; the contract says 2, so every command throws instead. */
function overrideExit(command: Command): Command {
  command.exitOverride()
  for (const inner of command.commands) overrideExit(inner)
  return command
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version end with 0; a command group without a command shows help and is wrong usage.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else if (error instanceof ClearwayError) {
    console.error(`clearway: ${error.message}`)
    if (error.fields.length > 1) for (const { field, message } of error.fields) console.error(`  ${field}: ${message}`)
    process.exitCode = 1
  } else {
    console.error(error)
    process.exitCode = 1
  }
}
