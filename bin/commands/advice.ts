import { type AdviceForm, adviceForms } from '@clearway/contracts'
import { Command, Option } from 'commander'
import { askGateway, type GatewayOptions, withGateway } from '../gateway-client.ts'

interface AdviceOptions extends GatewayOptions {
  form: AdviceForm
}

const pathOf: Readonly<Record<AdviceForm, string>> = {
  geojson: '/advice',
  wzdx: '/advice/wzdx',
  cifs: '/advice/cifs',
}

export const adviceCommand = (): Command =>
  withGateway(
    new Command('advice')
      .description('prints the roads that other drivers are asked to leave free for emergency vehicles')
      .addOption(new Option('--form <form>', 'of the feed').choices(adviceForms).default('geojson')),
  ).action(async ({ form, ...gateway }: AdviceOptions) => {
    const answer = await askGateway(pathOf[form], gateway)
    console.log(JSON.stringify(await answer.json(), null, 2))
  })
