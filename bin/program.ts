import { Command } from 'commander'
import { adviceCommand } from './commands/advice.ts'
import { auditCommand } from './commands/audit.ts'
import { billsCommand } from './commands/bills.ts'
import { booksCommand } from './commands/books.ts'
import { closureCommand } from './commands/closure.ts'
import { conformCommand } from './commands/conform.ts'
import { convertCommand } from './commands/convert.ts'
import { deviceCommand } from './commands/device.ts'
import { edgeCommand } from './commands/edge.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { evidenceCommand } from './commands/evidence.ts'
import { flowsCommand } from './commands/flows.ts'
import { gatewayCommand } from './commands/gateway.ts'
import { generateCommand } from './commands/generate.ts'
import { importCommand } from './commands/import.ts'
import { lotsCommand } from './commands/lots.ts'
import { paymentsCommand } from './commands/payments.ts'
import { reservationsCommand } from './commands/reservations.ts'
import { signalCommand } from './commands/signal.ts'
import { simulateCommand } from './commands/simulate.ts'
import { staysCommand } from './commands/stays.ts'
import { tariffCommand } from './commands/tariff.ts'
import { upCommand } from './commands/up.ts'
import { wayCommands } from './commands/ways.ts'

/** The `clearway` command with all that it can do. */
export function clearwayProgram(): Command {
  const program = new Command('clearway')
    .description('Edge/IoT smart-city runtime for traffic and parking')
    .showHelpAfterError('(--help shows what is possible)')
  for (const command of [
    upCommand(),
    gatewayCommand(),
    edgeCommand(),
    simulateCommand(),
    flowsCommand(),
    deviceCommand(),
    importCommand(),
    generateCommand(),
    tariffCommand(),
    paymentsCommand(),
    convertCommand(),
    lotsCommand(),
    signalCommand(),
    closureCommand(),
    staysCommand(),
    reservationsCommand(),
    adviceCommand(),
    ...wayCommands(),
    billsCommand(),
    booksCommand(),
    auditCommand(),
    evidenceCommand(),
    conformCommand(),
    evaluateCommand(),
  ]) {
    program.addCommand(command)
  }
  return overrideExit(program)
}

/** Commander ends the process with 1 on wrong usage; the contract says 2, so every command throws instead. */
function overrideExit(command: Command): Command {
  command.exitOverride()
  for (const inner of command.commands) overrideExit(inner)
  return command
}
