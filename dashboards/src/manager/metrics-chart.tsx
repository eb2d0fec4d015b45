import type { LotForecast, LotMetrics } from '@clearway/contracts'
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { type EChartsType, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useLanguage } from '../language/use-language.ts'
import { useAppearance } from '../look/appearance.ts'
import { forecastCurve } from './forecast-curve.ts'
import type { Period } from './period.ts'
import { summaryOf } from './period-summary.ts'

use([LineChart, BarChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer])

const colours = {
  dark: { text: '#a3b4c9', line: '#20334a', vacancy: '#58adff', revenue: '#8a7a4a', panel: '#182a40', ink: '#e6edf6' },
  light: { text: '#4b5b72', line: '#e4e9f0', vacancy: '#0b63ce', revenue: '#e3c46a', panel: '#ffffff', ink: '#142033' },
} as const

export interface MetricsChartProps {
  metrics: readonly LotMetrics[]
  period: Period
  /** Drawn after the last bucket, with its interval as a band. */
  forecast?: LotForecast | undefined
}

/** Vacancy as a line, revenue as bars, over the buckets of a period. Default export, so that it can be loaded late. */
export default function MetricsChart({ metrics, period, forecast }: MetricsChartProps) {
  const { t, formats } = useLanguage()
  const appearance = useAppearance()
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | undefined>(undefined)

  useEffect(() => {
    const made = init(element.current)
    chart.current = made
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(element.current!)
    return () => {
      observer.disconnect()
      made.dispose()
    }
  }, [])

  useEffect(() => {
    const { text, line, vacancy, revenue, panel, ink } = colours[appearance]
    const label = (atMs: number) =>
      period === 'day'
        ? formats.clock(atMs)
        : period === 'week'
          ? formats.dateClock(atMs)
          : formats.dateClock(atMs).slice(0, 5)
    const ahead = forecastCurve(metrics, forecast)
    const band = {
      type: 'line',
      stack: 'band',
      silent: true,
      showSymbol: false,
      lineStyle: { opacity: 0 },
      tooltip: { show: false },
    }
    const axis = { axisLabel: { color: text, fontSize: 11 }, splitLine: { lineStyle: { color: line } } }
    chart.current?.setOption(
      {
        animation: false,
        textStyle: { fontFamily: 'inherit' },
        grid: { left: 44, right: 52, top: 28, bottom: 24 },
        tooltip: {
          trigger: 'axis',
          backgroundColor: panel,
          borderColor: line,
          textStyle: { color: ink, fontSize: 12 },
          confine: true,
        },
        xAxis: {
          type: 'category',
          data: [...metrics.map(({ from }) => Date.parse(from)), ...ahead.atMs].map(label),
          axisLabel: { color: text, fontSize: 11, hideOverlap: true },
          axisLine: { lineStyle: { color: line } },
          axisTick: { show: false },
        },
        yAxis: [
          {
            ...axis,
            type: 'value',
            min: 0,
            max: 1,
            interval: 0.25,
            name: t('detail.vacancyAxis'),
            nameTextStyle: { color: text, align: 'left', padding: [0, 0, 0, -34] },
            axisLabel: { ...axis.axisLabel, formatter: (share: number) => formats.percent(share) },
          },
          {
            ...axis,
            type: 'value',
            min: 0,
            splitNumber: 4,
            name: t('detail.revenueAxis'),
            nameTextStyle: { color: text, align: 'right', padding: [0, -40, 0, 0] },
            splitLine: { show: false },
            axisLabel: { ...axis.axisLabel, formatter: (fen: number) => formats.wholeMoney(fen) },
          },
        ],
        series: [
          {
            type: 'bar',
            name: t('detail.revenueAxis'),
            yAxisIndex: 1,
            barCategoryGap: '25%',
            itemStyle: { color: revenue, borderRadius: [2, 2, 0, 0] },
            tooltip: { valueFormatter: (fen: unknown) => formats.money(Number(fen)) },
            data: metrics.map(({ revenueFen }) => revenueFen),
          },
          {
            type: 'line',
            name: t('detail.vacancyAxis'),
            showSymbol: false,
            lineStyle: { color: vacancy, width: 2 },
            itemStyle: { color: vacancy },
            areaStyle: { color: vacancy, opacity: 0.1 },
            tooltip: {
              valueFormatter: (share: unknown) => (typeof share === 'number' ? formats.percent(share) : '–'),
            },
            data: metrics.map(({ vacancyRate }) => vacancyRate),
          },
          {
            type: 'line',
            name: t('detail.forecast'),
            showSymbol: false,
            lineStyle: { color: vacancy, width: 2, type: 'dashed' },
            itemStyle: { color: vacancy },
            tooltip: {
              valueFormatter: (share: unknown) => (typeof share === 'number' ? formats.percent(share) : '–'),
            },
            data: ahead.median,
          },
          { ...band, data: ahead.low },
          { ...band, areaStyle: { color: vacancy, opacity: 0.18 }, data: ahead.spread },
        ],
      },
      { notMerge: true },
    )
  }, [metrics, period, forecast, appearance, t, formats])

  const { vacancyRate, turnoverRate, revenueFen } = summaryOf(metrics)
  return (
    <div
      ref={element}
      className="chart-room"
      role="img"
      data-testid="metrics-chart"
      aria-label={`${t('detail.curve')}. ${t('detail.curveText', {
        vacancy: vacancyRate === null ? '–' : formats.percent(vacancyRate),
        revenue: formats.money(revenueFen),
        turnover: formats.turnover(turnoverRate),
      })}`}
    />
  )
}
