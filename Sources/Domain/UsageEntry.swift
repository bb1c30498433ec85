/// One call of a provider in the ledger: who made it, what for, and what it cost.
package struct UsageEntry: Sendable, Equatable {
    package enum Purpose: String, Sendable {
        /// The text of a record, or the words of a search.
        case embedding
        case suggestions, caption, solve
    }

    /// A lowercase UUID.
    package var id: String
    /// The account that caused it.
    package var user: String?
    /// The request or job it was part of, in the words of the request log: `processing.process_image`.
    package var service: String
    package var purpose: Purpose
    /// The id of the record it was about.
    package var subject: String?
    package var requestID: String?
    package var provider: String
    package var model: String
    package var tokensIn: Int
    package var tokensOut: Int
    /// What besides tokens is counted: pictures sent.
    package var units: Int
    /// Whether the tokens were counted here because the provider did not say.
    package var isEstimated: Bool
    package var costNanoUSD: Int
    package var createdAt: Time

    package init(
        id: String, user: String?, service: String, purpose: Purpose, subject: String?,
        requestID: String?, provider: String, model: String, tokensIn: Int, tokensOut: Int = 0,
        units: Int = 0, isEstimated: Bool, costNanoUSD: Int, createdAt: Time
    ) {
        self.id = id
        self.user = user
        self.service = service
        self.purpose = purpose
        self.subject = subject
        self.requestID = requestID
        self.provider = provider
        self.model = model
        self.tokensIn = tokensIn
        self.tokensOut = tokensOut
        self.units = units
        self.isEstimated = isEstimated
        self.costNanoUSD = costNanoUSD
        self.createdAt = createdAt
    }
}

/// Calls added up.
package struct UsageTotals: Sendable, Equatable {
    package var calls: Int
    package var tokensIn: Int
    package var costNanoUSD: Int

    package init(calls: Int, tokensIn: Int, costNanoUSD: Int) {
        self.calls = calls
        self.tokensIn = tokensIn
        self.costNanoUSD = costNanoUSD
    }
}

/// An exact price for each token.
package struct TokenPrice: Sendable, Equatable {
    /// Billionths of a nano-dollar for each token, so that a rate of 15 decimals is held exactly.
    private let attoUSD: Int

    /// From US dollars for each 1,000 tokens, written as a decimal number of at most 15 places.
    ///
    /// Nil for anything else, and for more than 9 dollars a token.
    package init?(usdPer1000 text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }),
            !(whole.isEmpty && parts.count == 1)
        else { return nil }
        let places = parts.count > 1 ? parts[1] : ""
        guard places.utf8.count <= 15, !(whole.isEmpty && places.isEmpty) else { return nil }
        let digits = whole + places + String(repeating: "0", count: 15 - places.utf8.count)
        guard let value = Int(digits), value <= 9_000_000_000_000_000_000 else { return nil }
        attoUSD = value
    }

    /// From the same as a number, as exact as it was written.
    package init(usdPer1000 rate: Double) {
        let text = SettingText.decimal(max(0, rate))
        let parts = text.split(separator: ".")
        let places = parts.count > 1 ? "." + parts[1].prefix(15) : ""
        self = TokenPrice(usdPer1000: parts[0] + places) ?? TokenPrice(attoUSD: 0)
    }

    private init(attoUSD: Int) {
        self.attoUSD = attoUSD
    }

    /// The price of so many tokens in whole nano-dollars, half up; saturating.
    package func nanoUSD(of tokens: Int) -> Int {
        let product = attoUSD.multipliedFullWidth(by: max(0, tokens))
        let (low, isCarried) = product.low.addingReportingOverflow(Self.attoPerNano / 2)
        let high = product.high + (isCarried ? 1 : 0)
        guard high < Self.attoPerNano / 4 else { return .max }
        return Int(Self.attoPerNano).dividingFullWidth((high, low)).quotient
    }

    private static let attoPerNano: UInt = 1_000_000_000

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
