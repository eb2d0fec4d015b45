import { Desk } from '../shell/desk.tsx'
import '../shell/shell.css'
import { startPage } from '../shell/start-page.tsx'
import { JunctionPage } from './junction.tsx'
import './junction.css'

startPage(<Desk title="junction">{(data) => <JunctionPage {...data} />}</Desk>)
