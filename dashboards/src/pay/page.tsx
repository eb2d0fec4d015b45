import { startPage } from '../shell/start-page.tsx'
import { Pay } from './pay.tsx'
import './pay.css'

startPage(<Pay token={new URLSearchParams(location.search).get('order') ?? ''} />)
