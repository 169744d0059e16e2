import Testing

@testable import Deliveries

@Suite("What JSON says")
struct JSONMeaningTests {
    private func meaning(_ text: String) throws -> [UInt8] {
        JSONMeaning(of: try JSONObjectBytes(Array(text.utf8))).bytes
    }

    @Test(
        "is the same however it is written",
        arguments: [
            (#"{"a":1,"b":[true,null]}"#, #" { "b" : [ true , null ] , "a" : 1 } "#),
            (#"{"a":{"x":"\u0061\/","y":{}}}"#, #"{"a":{"y":{ },"x":"a/"}}"#),
            (#"{"\ud83d\ude00":"\n"}"#, #"{"😀":"\u000a"}"#), ("{}", "{ }"), (#"{"a":[]}"#, #"{"a":[ ]}"#),
        ]
    )
    func same(left: String, right: String) throws {
        #expect(try meaning(left) == meaning(right))
    }

    @Test(
        "differs wherever anything differs that a reader could see",
        arguments: [
            (#"{"a":1}"#, #"{"a":1.0}"#), (#"{"a":1}"#, #"{"a":"1"}"#), (#"{"a":[1,2]}"#, #"{"a":[2,1]}"#),
            (#"{"a":[1,2]}"#, #"{"a":[12]}"#), (#"{"a":"\ud83d"}"#, #"{"a":"\ud83e"}"#),
            (#"{"a":"\ud83d"}"#, #"{"a":"\ufffd"}"#), (#"{"a":"\ud83d\ude00"}"#, #"{"a":"\ud83d\ude01"}"#),
            (#"{"a":1,"a":2}"#, #"{"a":2,"a":1}"#), (#"{"a":{"b":1}}"#, #"{"a":{},"b":1}"#),
            (#"{"a":"\",\"b\":\""}"#, #"{"a":"","b":""}"#), (#"{"a":null}"#, "{}"),
            (#"{"a":[[1],2]}"#, #"{"a":[[1,2]]}"#),
        ]
    )
    func different(left: String, right: String) throws {
        #expect(try meaning(left) != meaning(right))
    }
}
