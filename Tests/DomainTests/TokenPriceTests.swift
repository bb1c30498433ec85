import Domain
import Testing

@Suite struct TokenPriceTests {
    @Test(arguments: [
        ("0.0001", 123, 12_300), ("0.0001", 4, 400), ("0.0001", 0, 0), ("0", 1_000, 0),
        ("0.00002", 1, 20), ("0.0000001", 4, 0), ("0.0000001", 5, 1), ("0.000000001", 500, 1),
        ("0.000000001", 499, 0), ("2", 1, 2_000_000), (".5", 2, 1_000_000),
        ("9000", Int.max, Int.max),
    ])
    func `tokens cost whole nano-dollars, half up`(rate: String, tokens: Int, cost: Int) throws {
        #expect(try #require(TokenPrice(usdPer1000: rate)).nanoUSD(of: tokens) == cost)
    }

    @Test(arguments: ["", ".", "-1", "1e-5", "1,5", "0.0000000000000001", "99999", "1.2.3"])
    func `what is no price is none`(text: String) {
        #expect(TokenPrice(usdPer1000: text) == nil)
    }
}
