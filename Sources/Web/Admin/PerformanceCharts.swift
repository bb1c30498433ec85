import HTTP
import Services

/// The image statistics as figures and bars, drawn in SVG without a script.
enum PerformanceCharts {
    static func page(_ statistics: ImageStatistics, _ service: String?) -> HTML {
        let overall = statistics.overall
        return """
            <form method="get" class="filters"><label>Service
            <input name="service" value="\(service ?? "")" placeholder="all"></label>
            <button type="submit">Show</button></form>
            <ul class="figures">
            \(figure("Requests", String(overall.count)))
            \(figure("Succeeded", "\(text(overall.successRate)) %"))
            \(figure("Median", "\(overall.percentile(50)) ms"))
            \(figure("95th percentile", "\(overall.percentile(95)) ms"))
            \(figure("Average size", "\(text(overall.averageKilobytes)) KB"))
            \(figure("Stored", "\(text(overall.megabytes)) MB"))
            \(figure("On disk", "\(text(statistics.physicalMegabytes)) MB"))
            </ul>
            <section><h2>Requests a day, the last seven days</h2>\(days(statistics.byDay))</section>
            <div class="columns">
            <section><h2>Dimensions</h2>\(bars(statistics.byDimensions))</section>
            <section><h2>MIME types</h2>\(bars(statistics.byMediaType))</section>
            <section><h2>Services</h2>\(bars(statistics.byService))</section>
            <section><h2>Errors</h2>\(bars(statistics.byErrorCode))</section>
            </div>
            """
    }

    private static func figure(_ name: String, _ value: String) -> HTML {
        "<li><strong>\(value)</strong><span>\(name)</span></li>"
    }

    /// A number without a useless `.0`.
    private static func text(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number)
    }

    private static let nothing: HTML = "<p class=\"notice\">Nothing yet.</p>"

    /// One column for each day: the failed part on top of the others; p50 and p95 below.
    private static func days(_ days: [ImageStatistics.Named]) -> HTML {
        guard let most = days.map(\.group.count).max() else { return nothing }
        let (width, height, step) = (72, 120, 92)
        let columns = HTML(
            days.enumerated().map { place, day in
                let all = max(2, day.group.count * height / most)
                let failed = day.group.errors * all / max(1, day.group.count)
                let (x, top) = (place * step + 10, height + 20 - all)
                return """
                    <g><title>\(day.name): \(day.group.count) requests, \(day.group.errors) failed, \
                    p50 \(day.group.percentile(50)) ms, p95 \(day.group.percentile(95)) ms</title>
                    <rect class="bar" x="\(x)" y="\(top)" width="\(width)" height="\(all)" rx="4"/>
                    <rect class="bar bad" x="\(x)" y="\(top)" width="\(width)" height="\(failed)" \
                    rx="4"/>
                    <text x="\(x + width / 2)" y="\(top - 6)">\(day.group.count)</text>
                    <text x="\(x + width / 2)" y="\(height + 38)">\(String(day.name.suffix(5)))</text>
                    <text class="small" x="\(x + width / 2)" y="\(height + 56)">\
                    \(day.group.percentile(50)) / \(day.group.percentile(95)) ms</text></g>
                    """
            })
        let full = days.count * step + 20
        return """
            <div class="scroll"><svg class="chart" viewBox="0 0 \(full) \(height + 66)" \
            width="\(full)" height="\(height + 66)" role="img" \
            aria-label="Requests a day, with median and 95th percentile of their durations">
            \(columns)</svg></div>
            """
    }

    /// One row for each group, as long as its share of the largest.
    private static func bars(_ groups: [ImageStatistics.Named]) -> HTML {
        guard let most = groups.map(\.group.count).max() else { return nothing }
        let rows = HTML(
            groups.map { name, group in
                """
                <tr><th scope="row">\(name)</th>
                <td><svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" \
                aria-hidden="true"><rect class="bar" width="\(max(1, group.count * 100 / most))" \
                height="10" rx="1"/></svg></td>
                <td class="number">\(group.count)</td>
                <td class="number">\(group.percentile(50)) / \(group.percentile(95)) ms</td>
                <td class="number">\(text(group.averageKilobytes)) KB</td>
                <td class="number">\(text(group.errorRate)) %</td></tr>
                """
            })
        return """
            <div class="scroll"><table class="bars"><thead><tr><th scope="col"></th>\
            <th scope="col"></th><th scope="col" class="number">Count</th>\
            <th scope="col" class="number">p50 / p95</th>\
            <th scope="col" class="number">Size</th><th scope="col" class="number">Failed</th>\
            </tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }
}
