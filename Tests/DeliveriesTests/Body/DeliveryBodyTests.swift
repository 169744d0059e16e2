import Foundation
import Testing

@testable import Deliveries

@Suite("The body of a delivery")
struct DeliveryBodyTests {
    private func render(_ event: Event, _ form: BodyForm) -> String {
        String(decoding: DeliveryBody.render(event, as: form), as: UTF8.self)
    }

    @Test("is flat, byte for byte as the contract shows it")
    func contractExample() throws {
        let data = """
            {"result":{"google_drive_link":"https://drive.google.com/file/d/1/view","pdf_filename":"psikotes_v2_USER123.pdf",\
            "pdf_file_size":2048576}}
            """
        let event = try Event.sample(id: "evt_1-0", data: data, jobID: "0b5c")
        #expect(
            render(event, .flat) == """
                {"event_id":"evt_1-0","type":"job.completed","timestamp":"2024-01-15T10:05:00Z","job_id":"0b5c",\
                "status":"completed","result":{"google_drive_link":"https://drive.google.com/file/d/1/view",\
                "pdf_filename":"psikotes_v2_USER123.pdf","pdf_file_size":2048576}}
                """
        )
        #expect(
            render(event, .standard) == """
                {"type":"job.completed","timestamp":"2024-01-15T10:05:00Z","data":{"result":{"google_drive_link":\
                "https://drive.google.com/file/d/1/view","pdf_filename":"psikotes_v2_USER123.pdf","pdf_file_size":2048576},\
                "event_id":"evt_1-0","job_id":"0b5c","status":"completed"}}
                """
        )
    }

    @Test("has no comma too many when data is empty or there is no job")
    func emptyData() throws {
        let event = try Event.sample(type: "job.failed", data: " { } ")
        #expect(
            render(event, .flat)
                == #"{"event_id":"evt_1","type":"job.failed","timestamp":"2024-01-15T10:05:00Z","status":"failed"}"#
        )
        #expect(
            render(event, .standard)
                == #"{"type":"job.failed","timestamp":"2024-01-15T10:05:00Z","data":{"event_id":"evt_1","status":"failed"}}"#
        )
    }

    @Test(
        "drops members of data with an envelope name, escaped or not",
        arguments: [
            "event_id", #"event\u005fid"#, "type", #"\u0074ype"#, "timestamp", "job_id", #"job\u005Fid"#, "status",
            #"statu\u0073"#,
        ]
    )
    func envelopeNames(name: String) throws {
        let event = try Event.sample(data: #"{"a":1,"\#(name)":{"type":2},"b":3}"#)
        let head =
            #"{"event_id":"evt_1","type":"job.completed","timestamp":"2024-01-15T10:05:00Z","status":"completed""#
        #expect(render(event, .flat) == head + #","a":1,"b":3}"#)
        let alone = try Event.sample(data: #"{"\#(name)":0}"#)
        #expect(render(alone, .flat) == head + "}")
    }

    @Test("keeps type and timestamp of data in the standard form, which has room for both")
    func standardNames() throws {
        let event = try Event.sample(
            data: #"{"type":1,"timestamp":2,"event\u005fid":3,"job_id":4,"status":5}"#,
            jobID: "j"
        )
        #expect(
            render(event, .standard) == """
                {"type":"job.completed","timestamp":"2024-01-15T10:05:00Z","data":{"type":1,"timestamp":2,"event_id":"evt_1",\
                "job_id":"j","status":"completed"}}
                """
        )
    }

    @Test("escapes what the envelope carries")
    func escaping() throws {
        let event = try Event.sample(jobID: "a\"b\\c\u{1}\n\t\u{7F}é\u{2028}😀")
        #expect(render(event, .flat).contains(#""job_id":"a\"b\\c\u0001\n\t\#u{7F}é\#u{2028}😀""#))
        let read = try #require(
            JSONSerialization.jsonObject(with: Data(DeliveryBody.render(event, as: .flat))) as? [String: Any]
        )
        #expect(read["job_id"] as? String == event.jobID)
    }

    @Test("leaves the bytes of data as they were published")
    func untouched() throws {
        let members =
            #""n":1.0,"big":12345678901234567890.000,"e":1E+05,"s":"\u00e9\/", "w" : [ 1 , 2 ],"z":-0,"a":null,"n":2"#
        let event = try Event.sample(data: "{\(members)}")
        for form in BodyForm.allCases {
            let body = render(event, form)
            #expect(body.contains(#""n":1.0,"big":12345678901234567890.000,"e":1E+05,"s":"\u00e9\/","#))
            #expect(body.contains(#","w" : [ 1 , 2 ],"z":-0,"a":null,"n":2"#))
        }
    }

    @Test("is the same on every attempt")
    func repeatable() throws {
        let event = try Event.sample(data: #"{"b":1,"a":{"d":1,"c":2}}"#, jobID: "j")
        for form in BodyForm.allCases {
            #expect(DeliveryBody.render(event, as: form) == DeliveryBody.render(event, as: form))
        }
    }

    @Test("is valid JSON with the envelope's values, whatever is published", arguments: 0..<4)
    func alwaysValid(seed: UInt64) throws {
        var generator = JSONDocumentGenerator(seed: 100 + seed)
        for _ in 0..<250 {
            let data = try JSONObjectBytes(generator.object())
            var event = try Event.sample(jobID: "job \" 1")
            event.data = data
            let flat = DeliveryBody.render(event, as: .flat)
            let parsed = try JSONObjectBytes(flat)
            for name in ["event_id", "type", "timestamp", "job_id", "status"] as [StaticString] {
                #expect(parsed.members.filter { parsed.isNamed($0, name) }.count == 1)
            }
            #expect(parsed.members.count <= data.members.count + 5)
            #expect(
                (try JSONSerialization.jsonObject(with: Data(flat)) as? [String: Any])?["event_id"] as? String
                    == "evt_1"
            )
            let standard = try JSONObjectBytes(DeliveryBody.render(event, as: .standard))
            #expect(standard.members.count == 3)
        }
    }
}
